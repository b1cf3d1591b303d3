import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";

test("what waits is claimed with what a channel must know, and nothing personal", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone({ first_name: "Ana" }) });
  const rows = await asWorker(db, () =>
    allRows(db, "select * from app_private.claim_notifications(now(), 10)"),
  );
  expect(rows).toEqual([
    {
      id: expect.any(String),
      channel: "log",
      kind: "lead_assigned",
      text: "A new lead is yours.",
      recipient: "dora",
      lead_id: leadId,
      trace_id: traceId,
      attempt: 1,
    },
  ]);
});

test("a claimed one comes back only later, and later each time", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const attempts: [number, number][] = [];
  for (const seconds of [0, 59, 60, 299, 300, 1259, 1260]) {
    const claimed = await claim(db, seconds);
    attempts.push([seconds, claimed.length]);
  }
  expect(attempts).toEqual([
    [0, 1],
    [59, 0],
    [60, 1],
    [299, 0],
    [300, 1],
    [1259, 0],
    [1260, 1],
  ]);
});

test("no more are claimed than asked for", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  expect([(await claim(db, 0, 1)).length, (await claim(db, 0, 5)).length]).toEqual([1, 1]);
});

test("an accepted one is not claimed again, and the lead is handed over", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, 5);
  await mark(db, await claim(db, 0), at);
  expect(await claim(db, 1_000_000)).toEqual([]);
  const row = await oneRow(
    db,
    "select sent_at, next_attempt_at, handed_over_at from app_public.notifications join app_public.leads on leads.id = lead_id",
  );
  expect(row).toEqual({ sent_at: at, next_attempt_at: null, handed_over_at: at });
});

test("a second mark changes nothing", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const ids = await claim(db, 0);
  const first = await secondsLater(db, 5);
  await mark(db, ids, first);
  await mark(db, ids, await secondsLater(db, 50));
  expect(await allValues(db, "select sent_at as value from app_public.notifications")).toEqual([first]);
  expect(await allValues(db, "select handed_over_at as value from app_public.leads")).toEqual([first]);
});

test("a warning that was accepted hands nothing over", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.notifications");
  await db.query("select app_private.fire_thresholds(now() + interval '1 hour', 1)");
  await mark(db, await claim(db, 3600));
  expect(await allValues(db, "select handed_over_at as value from app_public.leads")).toEqual([null]);
});

test("two senders at once share the outbox without a double", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    await receive(
      one,
      Array.from({ length: 4 }, () => ({ attributes: someone() })),
    );
    await one.query("begin");
    const first = await claim(one, 60, 3);
    const second = await claim(other, 60, 3);
    await one.query("commit");
    expect([first.length, second.length]).toEqual([3, 1]);
    expect(new Set([...first, ...second]).size).toBe(4);
  } finally {
    await database.drop();
  }
});

function claim(db: ClientBase, seconds: number, atMost = 10): Promise<string[]> {
  return asWorker(db, () =>
    allValues<string>(
      db,
      "select id as value from app_private.claim_notifications(now() + make_interval(secs => $1), $2)",
      [seconds, atMost],
    ),
  );
}

async function mark(db: ClientBase, ids: string[], at?: Date): Promise<void> {
  await asWorker(db, () => db.query("select app_private.mark_notified($1, coalesce($2, now()))", [ids, at]));
}
