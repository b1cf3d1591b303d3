import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { addChannel, address, claim, tell } from "../support/outbox.ts";
import { allRows, allValues } from "../support/rows.ts";

test("what waits is claimed with what a channel must know, and nothing personal", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone({ first_name: "Ana" }) });
  expect(await claim(db)).toEqual([]); // nobody has decided yet by what it goes
  await address(db);
  const [row, ...more] = await claim(db);
  expect(more).toEqual([]);
  expect(row).toEqual({
    id: expect.any(String),
    message_id: row?.id,
    is_digest: false,
    channel: "log",
    target: "dora",
    address: "dora@acme.example",
    language: "en",
    kind: "lead_assigned",
    text: "A new lead is yours.",
    details: null,
    recipient: "dora",
    lead_id: leadId,
    trace_id: traceId,
    attempt: 1,
  });
});

test("a claimed one whose worker says nothing more comes back after two minutes, as the same message", async ({
  db,
}) => {
  await tell(db);
  await address(db);
  const [first] = await claim(db, 0);
  expect(await claim(db, 119)).toEqual([]);
  const [second] = await claim(db, 120);
  expect(second).toMatchObject({ id: first?.id, message_id: first?.message_id, attempt: 2 });
});

test("no more are claimed than asked for", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  await address(db);
  expect([(await claim(db, 0, 1)).length, (await claim(db, 0, 5)).length]).toEqual([1, 1]);
});

test("what a digest holds goes out in one message a target, and in the same one again", async ({ db }) => {
  await db.query(
    `insert into app_private.notification_policies (slug, territory_id, digest) select 'hourly', id, 'hourly' from app_public.territories where slug = 'global'`,
  );
  for (const to of ["dora", "dora", "dirk"]) await tell(db, { to });
  await tell(db, { kind: "contact_stopped" }); // urgent
  await address(db);
  expect((await claim(db)).map(({ kind }) => kind)).toEqual(["contact_stopped"]);
  const first = (await claim(db, 3_600)).filter(({ is_digest }) => is_digest);
  const messages = Map.groupBy(first, ({ target }) => target);
  expect(messages.get("dora")?.map(({ message_id }) => message_id)).toEqual(
    Array(2).fill(messages.get("dora")?.[0]?.message_id),
  );
  expect(messages.get("dirk")?.[0]?.message_id).not.toBe(messages.get("dora")?.[0]?.message_id);
  await tell(db); // comes later, goes in a message of its own
  await db.query(
    "update app_public.notifications set channel = 'log', is_digest = true where channel is null",
  );
  const again = (await claim(db, 3_600 + 121)).filter(
    ({ target, is_digest }) => is_digest && target === "dora",
  );
  expect(Map.groupBy(again, ({ message_id }) => message_id).size).toBe(2);
  expect(again.filter(({ message_id }) => message_id === messages.get("dora")?.[0]?.message_id)).toHaveLength(
    2,
  );
});

test("a digest is claimed whole, also where a pass ends within it, and again when it is tried again", async ({
  db,
}) => {
  await db.query(
    `insert into app_private.notification_policies (slug, territory_id, digest) select 'hourly', id, 'hourly' from app_public.territories where slug = 'global'`,
  );
  for (const to of ["dora", "dirk", "dora", "dirk", "dora", "doris"]) await tell(db, { to });
  await address(db);
  for (const seconds of [3_600, 3_600 + 120]) {
    const passes = [await claim(db, seconds, 2), await claim(db, seconds, 2), await claim(db, seconds, 2)];
    const rows = passes.flat();
    expect(rows.map(({ target }) => target).sort()).toEqual([
      ...["dirk", "dirk", "dora", "dora", "dora", "doris"],
    ]);
    expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(3);
    for (const { message_id: id } of rows) {
      const passesOf = passes.filter((pass) => pass.some(({ message_id }) => message_id === id));
      expect(passesOf).toHaveLength(1); // a receiver would take a second part for a repetition
    }
  }
});

test("nothing goes to who has left, or to a channel that is closed", async ({ db }) => {
  await addChannel(db, "sales-de", { territory: "de", kinds: ["lead_assigned"] });
  await tell(db);
  await address(db);
  await db.query("update app_private.notification_channels set is_active = false");
  await db.query("update app_public.actors set is_active = false where slug = 'dora'");
  expect(await claim(db)).toEqual([]);
  expect(
    await allRows(
      db,
      "select channel, error, withdrawn_at is not null as withdrawn from app_public.notifications order by channel",
    ),
  ).toEqual([
    { channel: "log", error: "inactive", withdrawn: true },
    { channel: "slack", error: "closed", withdrawn: true },
  ]);
});

test("who has lost a lead before they heard of it is not told that it is theirs", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await address(db);
  await asWorker(db, () =>
    db.query(
      `select app_private.change_owner(leads, actors.id, 'assign', 'Their night.', now())
         from app_public.leads, app_public.actors where leads.id = $1 and actors.slug = 'dirk'`,
      [leadId],
    ),
  );
  await tell(db, { kind: "sla_threshold", leadId }); // which says of no lead that it is theirs
  await address(db);
  const told = (await claim(db)).map(({ recipient, kind }) => `${recipient} ${kind}`);
  expect(told.sort()).toEqual(["dirk lead_assigned", "dora sla_threshold"]);
  expect(
    await allRows(
      db,
      `select actors.slug, notifications.kind from app_public.notifications
         join app_public.actors on actors.id = recipient_id where error = 'passed_on' and withdrawn_at is not null`,
    ),
  ).toEqual([{ slug: "dora", kind: "lead_assigned" }]);
});

test("a mail is written in the language of who reads it, their own wish first", async ({ db }) => {
  await db.query("update app_public.actors set language = 'de' where slug in ('dora', 'dirk')");
  await db.query(
    "insert into app_private.notification_preferences (actor_id, language, updated_at) select id, 'fr', now() from app_public.actors where slug = 'dirk'",
  );
  for (const to of ["dora", "dirk", "doris"]) await tell(db, { to });
  await address(db);
  expect((await claim(db)).map(({ recipient, language }) => `${recipient} ${language}`).sort()).toEqual([
    "dirk fr",
    "dora de",
    "doris en",
  ]);
});

test("two senders at once share the outbox without a double, from the deciding on", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    await receive(
      one,
      Array.from({ length: 4 }, () => ({ attributes: someone() })),
    );
    await one.query("begin");
    expect(await address(one)).toBe(4);
    expect(await address(other)).toBe(0); // held by the first
    await one.query("commit");
    await one.query("begin");
    const first = await claim(one, 60, 3);
    const second = await claim(other, 60, 3);
    await one.query("commit");
    expect([first.length, second.length]).toEqual([3, 1]);
    expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(4);
    expect(await allValues(one, "select count(*)::int as value from app_public.notifications")).toEqual([4]);
  } finally {
    await database.drop();
  }
});
