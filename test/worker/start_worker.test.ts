import type { ClientBase } from "pg";
import { expect } from "vitest";
import { startWorker } from "../../src/worker/start_worker.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("a worker takes what waited before it came and what arrives then, and tells the owners", async ({
  database,
}) => {
  const db = await connect(database.urls.worker);
  await stageArrivals(db, [{ attributes: someone() }]);
  const notified: string[] = [];
  const lines: string[] = [];
  const worker = await startWorker({
    url: database.urls.worker,
    log: { line: (line) => lines.push(line), notification: (_fields, message) => notified.push(message) },
  });
  try {
    await until(db, "select count(*) = 1 as value from app_public.notifications where sent_at is not null");
    await stageArrivals(db, [{ attributes: someone() }]);
    await until(db, "select count(*) = 2 as value from app_public.notifications where sent_at is not null");
    expect(await allRows(db, "select from app_private.worker_pools")).toHaveLength(1);
    expect(
      await oneValue(
        db,
        "select count(*)::int as value from graphile_worker.jobs where key = 'fire_thresholds:next'",
      ),
    ).toBe(1);
  } finally {
    await worker.stop();
  }
  expect(notified).toEqual(["A new lead is yours.", "A new lead is yours."]);
  expect(lines).toEqual([]);
  expect(await oneValue(db, "select app_private.release_dead_workers() as value")).toBe(1); // its lock ended with it
});

/** Asks until the answer is true; each question is a round trip to the server. */
async function until(db: ClientBase, question: string): Promise<void> {
  for (let asked = 0; asked < 50_000; asked += 1) {
    if (await oneValue<boolean>(db, question)) return;
  }
  throw new Error(`Never: ${question}`);
}
