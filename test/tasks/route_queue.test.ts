import { expect } from "vitest";
import routeQueue from "../../src/tasks/route_queue.ts";
import { receive, someone } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { absent } from "../support/staff.ts";

test("more leads than a pass takes all find whoever is back", async ({ db }) => {
  await absent(db, ["felix"]);
  await receive(
    db,
    Array.from({ length: 130 }, () => ({ attributes: someone({ country: "FR" }) })),
  );
  await db.query("delete from app_public.absences");
  await db.query("select app_private.wake('route_queue')");
  await runJobs(db, { route_queue: routeQueue });
  expect(await allRows(db, "select from app_public.leads where owner_id is null")).toEqual([]);
});

test("while nobody is there the job ends and the leads wait", async ({ db }) => {
  await absent(db, ["felix"]);
  await receive(db, [{ attributes: someone({ country: "FR" }) }]);
  await db.query("select app_private.wake('route_queue')");
  await runJobs(db, { route_queue: routeQueue });
  expect((await jobs(db)).filter(({ task }) => task === "route_queue")).toHaveLength(1); // when felix is back
  expect(await allRows(db, "select from app_public.leads where owner_id is null")).toHaveLength(1);
});
