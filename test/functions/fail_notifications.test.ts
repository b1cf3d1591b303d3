import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { addChannel, address, claim, record, tell } from "../support/outbox.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("the sweep and a worker that writes down an end late do not wait for one another in a circle", async ({
  database,
}) => {
  const [db, sweeper, holder] = [
    await connect(database.urls.superuser),
    await connect(database.urls.superuser),
    await connect(database.urls.superuser),
  ];
  for (const secondsAgo of [60, 30, 0]) await tell(db, { kind: "task_opened", secondsAgo });
  await address(db);
  const ids = (await claim(db)).map(({ id }) => id);
  await db.query(
    `update app_public.notifications set attempts = 8, next_attempt_at = now() - case id when $1 then interval '2 minutes' else interval '1 minute' end
      where id in ($1, $2)`,
    [ids[0], ids[1]],
  );

  await holder.query("begin");
  await holder.query("select from app_public.notifications where id = $1 for no key update", [ids[0]]);
  // A sweep that waited here would hold the turn that the worker wants, which has a row that the sweep wants.
  for (const client of [sweeper, db]) await client.query("set lock_timeout = '5s'");
  await asWorker(sweeper, () => sweeper.query("select app_private.report_handovers(now())"));
  const told = [
    { id: ids[1], outcome: "accepted", counts: true, isGone: false },
    { id: ids[2], outcome: "refused", reason: "mailbox_refused", counts: true, isGone: false },
  ];
  await asWorker(db, () =>
    db.query("select app_private.record_notifications($1, now())", [JSON.stringify(told)]),
  );
  await holder.query("commit");
  expect(
    await allRows(
      db,
      `select sent_at is not null as sent, error, next_attempt_at is not null as waits from app_public.notifications
        order by array_position($1::uuid[], id)`,
      [ids],
    ),
  ).toEqual([
    { sent: false, error: null, waits: true }, // held by somebody: the next sweep's
    { sent: true, error: null, waits: false },
    { sent: false, error: "mailbox_refused", waits: false },
  ]);
});

test("a channel that closes leaves to another worker what that one is writing down", async ({ database }) => {
  const [db, holder] = [await connect(database.urls.superuser), await connect(database.urls.superuser)];
  await addChannel(db, "sales-de", { territory: "de", kinds: ["task_opened"] });
  for (const secondsAgo of [60, 30]) await tell(db, { kind: "task_opened", secondsAgo });
  await address(db);
  const [gone = "", held] = (await claim(db))
    .filter(({ channel }) => channel === "slack")
    .map(({ id }) => id);
  await holder.query("begin");
  await holder.query("select from app_public.notifications where id = $1 for no key update", [held]);
  await db.query("set lock_timeout = '5s'");
  await record(db, [gone], { outcome: "refused", reason: "gone", isGone: true });
  await holder.query("commit");
  expect(await claim(db, 120)).not.toContainEqual(expect.objectContaining({ channel: "slack" }));
  expect(
    await oneValue(db, "select error as value from app_public.notifications where id = $1", [held]),
  ).toBe("closed");
});
