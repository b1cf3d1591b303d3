import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

test("without a deadline the alarm is a minute away", async ({ db }) => {
  expect(await alarmAfter(db)).toBe("a minute");
});

test("a far deadline does not push the alarm farther than a minute", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(await alarmAfter(db)).toBe("a minute");
});

test("the nearest deadline sets the alarm", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  await db.query(
    `update app_public.clocks set next_at = now() + make_interval(secs => 20 + n)
       from (select id, row_number() over () as n from app_public.clocks) as numbered where numbered.id = clocks.id`,
  );
  expect(await alarmAfter(db)).toBe(21);
});

test("an overdue one does not make it spin", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set next_at = now() - interval '1 hour'");
  await arm(db);
  const isAhead = await oneValue(
    db,
    "select run_at > now() + interval '45 ms' as value from graphile_worker.jobs where key = 'fire_thresholds:next'",
  );
  expect(isAhead).toBe(true);
});

test("set twice it is one alarm, the later setting", async ({ db }) => {
  await arm(db);
  await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set next_at = now() + interval '10 seconds'");
  expect(await alarmAfter(db)).toBe(10);
});

async function arm(db: ClientBase): Promise<void> {
  await asWorker(db, () => db.query("select app_private.arm_fire_thresholds()"));
}

/** Seconds to the alarm; "a minute" when it is one from the moment it was set. */
async function alarmAfter(db: ClientBase): Promise<number | string> {
  await arm(db);
  const { seconds, in_a_minute } = await oneRow<{ seconds: number; in_a_minute: boolean }>(
    db,
    `select extract(epoch from run_at - now())::int as seconds,
            run_at between now() + interval '60 s' and clock_timestamp() + interval '60 s' as in_a_minute
       from graphile_worker.jobs where key = 'fire_thresholds:next'`,
  );
  return in_a_minute ? "a minute" : seconds;
}
