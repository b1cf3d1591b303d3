import { expect } from "vitest";
import { newTraceId, someone, stageArrivals } from "../support/arrivals.ts";
import { backendOf } from "../support/connections.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";

test("new captures ask for their way, by a key of the connection that wrote them", async ({ db }) => {
  await stageArrivals(db, [{ attributes: someone() }, { attributes: someone() }]);
  await stageArrivals(db, [{ attributes: someone() }]);
  expect(await jobs(db)).toMatchObject([
    { task: "drain_captures", key: `drain_captures:${await backendOf(db)}` },
  ]);
});

test("a batch that was known already asks for nothing", async ({ db }) => {
  const arrival = { attributes: someone(), key: "once" };
  await stageArrivals(db, [arrival]);
  await db.query("select graphile_worker.remove_job(key) from graphile_worker.jobs");
  await stageArrivals(db, [arrival, arrival]);
  expect(await jobs(db)).toEqual([]);
});

test("captures that were judged elsewhere ask for nothing", async ({ db }) => {
  await db.query(
    `insert into app_public.captures (path_id, territory_id, trace_id, body, status, processed_at)
     select id, territory_id, $1, '', 'error', now() from app_public.capture_paths limit 1`,
    [newTraceId()],
  );
  expect(await jobs(db)).toEqual([]);
});
