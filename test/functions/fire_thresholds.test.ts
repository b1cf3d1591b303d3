import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

// Also of fire_lead_thresholds, which it is made of.
// A lead of the German web form: due after 300 seconds, so thresholds at 240, 300 and 450.

test("before the first threshold nothing fires", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 239.999)).toBe(0);
  expect(await escalations(db)).toEqual([]);
});

test("80, 100 and 150 % fire once each, at their time, for the owner and then the manager", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  for (const seconds of [240, 241, 300, 301, 450, 451, 100_000]) await fire(db, seconds);
  expect(await escalations(db)).toEqual([
    { threshold: 80, recipient: "dora", due: 240, fired: 240 },
    { threshold: 100, recipient: "mona", due: 300, fired: 300 },
    { threshold: 150, recipient: "mona", due: 450, fired: 450 },
  ]);
  const clock = await oneRow(db, "select fired, next_at, stopped_at from app_public.clocks");
  expect(clock).toEqual({ fired: 3, next_at: null, stopped_at: null });
});

test("the breach is marked with the instant of the deadline, and only from 100 % on", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const breached = () =>
    oneValue<number | null>(
      db,
      "select extract(epoch from sla_breached_at - now())::int as value from app_public.leads",
    );
  await fire(db, 240);
  expect(await breached()).toBeNull();
  await fire(db, 310);
  expect(await breached()).toBe(300);
  await fire(db, 460);
  expect(await breached()).toBe(300);
});

test("after an outage every missed threshold fires late, once and in order", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const passes: number[] = [];
  for (let pass = 0; pass < 5; pass += 1) passes.push(await fire(db, 9000));
  expect(passes).toEqual([1, 1, 1, 0, 0]);
  expect(await escalations(db)).toEqual([
    { threshold: 80, recipient: "dora", due: 240, fired: 9000 },
    { threshold: 100, recipient: "mona", due: 300, fired: 9000 },
    { threshold: 150, recipient: "mona", due: 450, fired: 9000 },
  ]);
});

test("each threshold tells its recipient, by the outbox", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  await fire(db, 240);
  const told = await oneRow(
    db,
    `select notifications.lead_id, notifications.trace_id, notifications.text, actors.slug as recipient,
            notifications.sent_at, notifications.event_id = escalations.id as of_the_escalation
       from app_public.notifications join app_public.actors on actors.id = notifications.recipient_id
       join app_public.escalations on escalations.recipient_id = actors.id
      where notifications.kind = 'sla_threshold'`,
  );
  expect(told).toEqual({
    lead_id: leadId,
    trace_id: traceId,
    text: "80 % of the time to a first response have passed.",
    recipient: "dora",
    sent_at: null,
    of_the_escalation: true,
  });
});

test("nobody owns it: the manager of the nearest ancestor; is she away, operations", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"], await secondsLater(db, 86_400));
  await receiveOne(db, { attributes: someone() });
  await fire(db, 240);
  await absent(db, ["mona"]);
  await fire(db, 300);
  expect(await escalations(db)).toMatchObject([
    { threshold: 80, recipient: "mona" },
    { threshold: 100, recipient: "olga" },
  ]);
});

test("a threshold that nobody can be told of fires all the same", async ({ db }) => {
  await db.query("update app_public.actors set is_active = false");
  await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 240)).toBe(1);
  expect(await escalations(db)).toMatchObject([{ threshold: 80, recipient: null }]);
  expect(await allRows(db, "select from app_public.notifications")).toEqual([]);
});

test("an answered lead and a closed one fire nothing any more", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const closed = await receiveOne(db, { attributes: someone() });
  await fire(db, 240);
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks(array[$1::uuid], array[$2::timestamptz])", [leadId, new Date()]),
  );
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now() where id = $1", [
    closed.leadId,
  ]);
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks(array[$1::uuid], array[$2::timestamptz])", [
      closed.leadId,
      new Date(),
    ]),
  );
  expect(await fire(db, 9000)).toBe(0);
  expect(await escalations(db)).toHaveLength(2);
});

test("a pass takes the earliest and no more than asked", async ({ db }) => {
  await receive(db, [
    { attributes: someone({ country: "US" }) }, // due after 900 seconds
    { attributes: someone() },
    { attributes: someone({ country: "FR" }) },
  ]);
  expect(await fire(db, 720, 2)).toBe(2);
  expect(await escalations(db)).toMatchObject([{ due: 240 }, { due: 720 }]);
});

test("a policy with thresholds of its own fires those", async ({ db }) => {
  await db.query(
    "update app_public.sla_policies set thresholds = '{50,100}' where slug = 'first-response-de-web'",
  );
  await receiveOne(db, { attributes: someone() });
  while ((await fire(db, 9000)) > 0);
  expect(await escalations(db)).toMatchObject([
    { threshold: 50, due: 150 },
    { threshold: 100, due: 300 },
  ]);
});

test("two workers at once fire each threshold once", async () => {
  const database = await createDatabase();
  try {
    const workers = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    const [first] = workers;
    await receive(
      first,
      Array.from({ length: 60 }, () => ({ attributes: someone() })),
    );
    const asOf = await secondsLater(first, 86_400);
    await Promise.all(
      workers.map(async (worker) => {
        for (let pass = 0; pass < 40; pass += 1) await fireAt(worker, asOf, 7);
      }),
    );
    while ((await fireAt(first, asOf, 500)) > 0);
    const fired = await allRows(
      first,
      "select threshold, count(*)::int, count(distinct clock_id)::int as clocks from app_public.escalations group by 1 order by 1",
    );
    expect(fired).toEqual([80, 100, 150].map((threshold) => ({ threshold, count: 60, clocks: 60 })));
  } finally {
    await database.drop();
  }
});

test("a lead that somebody is just working on is skipped, not waited for", async () => {
  const database = await createDatabase();
  try {
    const [person, sweep] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    const { leadId } = await receiveOne(person, { attributes: someone() });
    const asOf = await secondsLater(person, 9000);
    await fireAt(person, asOf, 10); // what is due next marks the lead as breached

    // As a mutation: the lead first, its clock after. A sweep that held the clock and waited for the lead
    // would make both wait for ever.
    await person.query("begin");
    await person.query("select from app_public.leads where id = $1 for no key update", [leadId]);
    await sweep.query("set lock_timeout = '5s'");
    expect(await fireAt(sweep, asOf, 10)).toBe(0);
    await person.query("select app_private.stop_clocks(array[$1::uuid], array[now()])", [leadId]);
    await person.query("commit");
    expect(await fireAt(sweep, asOf, 10)).toBe(0);
  } finally {
    await database.drop();
  }
});

/** So many seconds after this transaction began, in which everything arrived. */
async function fire(db: ClientBase, seconds: number, atMost = 100): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(
      db,
      "select app_private.fire_thresholds(now() + make_interval(secs => $1), $2) as value",
      [seconds, atMost],
    ),
  );
}

function fireAt(db: ClientBase, asOf: Date, atMost: number): Promise<number> {
  return oneValue(db, "select app_private.fire_thresholds($1, $2) as value", [asOf, atMost]);
}

/** Due and fired in seconds after this transaction began. */
function escalations(db: ClientBase) {
  return allRows(
    db,
    `select escalations.threshold, actors.slug as recipient,
            extract(epoch from escalations.due_at - now())::int as due, extract(epoch from escalations.fired_at - now())::int as fired
       from app_public.escalations left join app_public.actors on actors.id = escalations.recipient_id
      order by escalations.due_at, escalations.threshold`,
  );
}
