import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { backendOf } from "../support/connections.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";

test("a far deadline is left to the sweep", async ({ db }) => {
  await receiveOne(db, { attributes: someone() }); // 80 % after four minutes
  expect(await sweeps(db)).toEqual([]);
});

test("a deadline within two minutes nudges it", async ({ db }) => {
  await db.query(
    "update app_public.sla_policies set target_seconds = 149 where slug = 'first-response-de-web'",
  );
  await receiveOne(db, { attributes: someone() });
  expect(await sweeps(db)).toEqual([`fire_thresholds:${await backendOf(db)}`]);
});

test("a clock whose next deadline comes near nudges it too, one that stops does not", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await db.query(
    "update app_public.clocks set stopped_at = now(), running_since = null, segment_started_at = null, next_at = null",
  );
  expect(await sweeps(db)).toEqual([]);
  await db.query(
    "update app_public.clocks set stopped_at = null, running_since = started_at, segment_started_at = started_at, next_at = now() + interval '1 minute'",
  );
  expect(await sweeps(db)).toHaveLength(1);
});

async function sweeps(db: ClientBase): Promise<(string | null)[]> {
  return (await jobs(db)).filter(({ task }) => task === "fire_thresholds").map(({ key }) => key);
}
