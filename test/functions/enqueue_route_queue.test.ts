import type { ClientBase } from "pg";
import { expect } from "vitest";
import routeQueue from "../../src/tasks/route_queue.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { mustAccept, ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { absent, limitTo } from "../support/staff.ts";

const french = () => ({ attributes: someone({ country: "FR" }) });

test("the end of an absence is an alarm of its own", async ({ db }) => {
  const until = new Date("2199-01-01T08:30:00Z");
  await absent(db, ["felix"], until);
  expect(await alarms(db)).toEqual([{ run_at: until }]);
});

test("an absence that is taken back, a raised capacity, a closed lead: the queue is drained at once", async ({
  db,
}) => {
  await limitTo(db, "felix", 1);
  const first = await receiveOne(db, french());
  const second = await receiveOne(db, french());
  expect(await ownerOf(db, second.leadId)).toBeNull();
  expect(await alarms(db)).toEqual([]); // nobody became free

  await db.query("update app_public.leads set status = 'closed_won', closed_at = now() where id = $1", [
    first.leadId,
  ]);
  await runJobs(db, { route_queue: routeQueue });
  expect(await ownerOf(db, second.leadId)).toBe("felix");

  const third = await receiveOne(db, french());
  await limitTo(db, "felix", 2);
  await runJobs(db, { route_queue: routeQueue });
  expect(await ownerOf(db, third.leadId)).toBe("felix");
});

test("while no lead waits nobody is called", async ({ db }) => {
  const { leadId } = await receiveOne(db, french());
  await limitTo(db, "felix", 9);
  await db.query("update app_public.leads set status = 'closed_won', closed_at = now() where id = $1", [
    leadId,
  ]);
  expect(await alarms(db)).toEqual([]);
});

test("the task passes on what was not accepted, and gives away what nobody owned for long", async ({
  db,
}) => {
  await mustAccept(db, "sales-de", 60);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.assignments set accept_due_at = now()");
  await absent(db, ["felix"]);
  const waiting = await receiveOne(db, french());
  await db.query("update app_public.leads set routed_at = now() - interval '1 hour' where owner_id is null");
  await db.query("select app_private.wake('route_queue')");
  await runJobs(db, { route_queue: routeQueue });
  expect([await ownerOf(db, leadId), await ownerOf(db, waiting.leadId)]).toEqual(["dirk", "mona"]);
  expect(
    await oneValue(db, "select count(*)::int as value from app_public.assignments where outcome = 'expired'"),
  ).toBe(1);
});

/** Calls of the queue that wait, soonest first. */
function alarms(db: ClientBase): Promise<{ run_at: Date }[]> {
  return allRows(
    db,
    "select run_at from graphile_worker.jobs where task_identifier = 'route_queue' order by run_at",
  );
}
