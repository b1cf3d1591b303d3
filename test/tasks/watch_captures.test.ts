import { expect } from "vitest";
import watchCaptures from "../../src/tasks/watch_captures.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("the sweep tells of arrivals that have waited for half an hour, and of no younger ones", async ({
  db,
}) => {
  await stageArrivals(db, [{ attributes: someone() }, { path: "desk", attributes: someone() }]);
  await db.query(
    `update app_public.captures set received_at = now() - interval '31 minutes'
       from app_public.capture_paths where capture_paths.id = captures.path_id and slug = 'desk'`,
  );
  await db.query("select app_private.wake('watch_captures')");
  await runJobs(db, { watch_captures: watchCaptures });
  expect(await allRows(db, "select kind, details ->> 'path' as path from app_public.exceptions")).toEqual([
    { kind: "captures_unprocessed", path: "desk" },
  ]);
  expect((await jobs(db)).filter(({ task }) => task === "watch_captures")).toEqual([]);
});
