import { expect } from "vitest";
import type { Outcome } from "../../src/notify/channel.ts";
import { makeLogChannel } from "../../src/notify/log.ts";
import { makeNotify } from "../../src/tasks/notify.ts";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { accepted, addChannel, dispatchBy, recording } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { absent } from "../support/staff.ts";

test("what a channel accepts is sent, and the lead is handed over", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  const written: [object, string][] = [];
  const log = makeLogChannel((fields, message) => written.push([fields, message]));
  await runJobs(db, { notify: makeNotify(dispatchBy({ log })) });
  expect(written).toEqual([
    [{ notification: "lead_assigned", recipient: "dora", leadId, traceId }, "A new lead is yours."],
  ]);
  const row = await oneRow(
    db,
    "select channel, sent_at is not null as sent, attempts, handed_over_at is not null as handed_over from app_public.notifications join app_public.leads on leads.id = lead_id",
  );
  expect(row).toEqual({ channel: "log", sent: true, attempts: 1, handed_over: true });
});

test("what it does not accept waits for the next attempt, and its neighbours are sent", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  const later: Outcome = { outcome: "later", reason: "server_error" };
  const log = dispatchBy({ log: async ({ recipient }) => (recipient === "dora" ? later : accepted) });
  await runJobs(db, { notify: makeNotify(log) });
  expect(
    await allRows(
      db,
      `select slug, sent_at is not null as sent, attempts, next_attempt_at > now() as waits, error, handed_over_at is not null as handed_over
         from app_public.notifications join app_public.actors on actors.id = recipient_id
         join app_public.leads on leads.id = lead_id order by slug desc`,
    ),
  ).toEqual([
    { slug: "dora", sent: false, attempts: 1, waits: true, error: "server_error", handed_over: false },
    { slug: "dirk", sent: true, attempts: 1, waits: null, error: null, handed_over: true },
  ]);
});

test("a channel that nobody set up accepts nothing", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await runJobs(db, { notify: makeNotify(dispatchBy({})) });
  expect(await oneRow(db, "select sent_at, attempts, error from app_public.notifications")).toEqual({
    sent_at: null,
    attempts: 1,
    error: "not_set_up",
  });
});

test("a second run sends nothing twice", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const log = recording();
  const notify = makeNotify(dispatchBy({ log: log.send }));
  await runJobs(db, { notify });
  await db.query("select app_private.wake('notify')");
  await runJobs(db, { notify });
  expect(log.ids).toHaveLength(1);
});

test("one event reaches the person by mail and the channel that asked for it, each once", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await addChannel(db, "sales-de", { territory: "de", kinds: ["lead_assigned"] });
  const [email, slack, log] = [recording(), recording(), recording()];
  const dispatch = dispatchBy({ email: email.send, slack: slack.send, log: log.send });
  await runJobs(db, { notify: makeNotify(dispatch) });
  expect([email.ids.length, slack.ids.length, log.ids.length]).toEqual([1, 1, 0]);
  expect(
    await allRows(
      db,
      "select channel, recipient_id is null as is_for_all, is_copy, sent_at is not null as sent from app_public.notifications where lead_id = $1 order by channel",
      [leadId],
    ),
  ).toEqual([
    { channel: "email", is_for_all: false, is_copy: false, sent: true },
    { channel: "slack", is_for_all: true, is_copy: true, sent: true },
  ]);
});

test("more than a pass holds is sent in one run", async ({ db }) => {
  await receive(
    db,
    Array.from({ length: 230 }, () => ({ attributes: someone() })),
  );
  const log = recording();
  await runJobs(db, { notify: makeNotify(dispatchBy({ log: log.send })) });
  expect(new Set(log.ids).size).toBe(230);
});

test("a digest that reaches over the end of a pass goes out whole, and what comes after it in the same run", async ({
  db,
}) => {
  await db.query(
    `insert into app_public.notifications (event_id, territory_id, kind, channel, is_digest, recipient_id, text, next_attempt_at, created_at)
     select uuidv7(), territories.id, 'lead_assigned', 'log', true, actors.id, 'Something happened.', now(), now()
       from (values ('dora', 150), ('dirk', 150), ('doris', 1)) as digests (slug, count)
       join app_public.actors on actors.slug = digests.slug
       join app_public.territories on territories.slug = 'de'
      cross join generate_series(1, digests.count)`,
  );
  const log = recording();
  await runJobs(db, { notify: makeNotify(dispatchBy({ log: log.send })) });
  expect(log.titles.sort()).toEqual([
    ...["150 messages from Catchment", "150 messages from Catchment", "Something happened."],
  ]);
});

test("who gets a lead that nobody owned reads for how long, in their language", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query(
    "update app_public.leads set owner_id = null, routed_at = now() - interval '1 hour' where id = $1",
    [leadId],
  );
  await db.query("update app_public.notifications set next_attempt_at = null, withdrawn_at = now()");
  await db.query("update app_public.actors set language = 'de' where slug = 'mona'");
  await asWorker(db, () => db.query("select app_private.assign_unassigned(now(), 10)"));
  await addChannel(db, "de", { territory: "de" });
  const [log, slack] = [recording(), recording()];
  await runJobs(db, { notify: makeNotify(dispatchBy({ log: log.send, slack: slack.send })) });
  expect(log.titles).toEqual(["Warnung: Ein neuer Lead war 15 Minuten lang niemandem zugewiesen."]);
  expect(slack.titles).toEqual(["Warning: A new lead was unassigned for 15 minutes."]);
});
