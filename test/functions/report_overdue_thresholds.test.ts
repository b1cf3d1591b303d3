import type { ClientBase } from "pg";
import { expect } from "vitest";
import watchThresholds from "../../src/tasks/watch_thresholds.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

// A lead of the German web form has its first threshold after 240 seconds.

test("what is due for more than 5 s opens one case for the client's operations", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await receiveOne(db, { attributes: someone() });
  expect(await report(db, 245)).toBe(0);
  expect(await report(db, 246)).toBe(1);
  expect(await report(db, 300)).toBe(0);
  expect(await cases(db)).toEqual([
    { territory: "global", team: "operations", count: 2, outcome: null, resolved_after: null },
  ]);
});

test("each client has its own, and does not hear of the other's", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await receiveOne(db, { path: "globex-form", attributes: someone({ country: "NL" }) });
  expect(await report(db, 100_000)).toBe(2);
  expect(await cases(db)).toMatchObject([
    { territory: "global", count: 1 },
    { territory: "globex", count: 1 },
  ]);
});

test("it closes by itself when everything has fired, and a later one is a case of its own", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await report(db, 250);
  await fire(db, 251);
  expect(await report(db, 252)).toBe(0);
  expect(await report(db, 310)).toBe(1);
  expect(await cases(db)).toMatchObject([
    { outcome: "fired", resolved_after: 252 },
    { outcome: null, resolved_after: null },
  ]);
});

test("one that a person closed while it lasts is opened again", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await report(db, 250);
  await db.query(
    "update app_public.exceptions set resolved_at = opened_at, outcome = 'restarted the worker'",
  );
  expect(await report(db, 260)).toBe(1);
});

test("a worker watches", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set next_at = now() - interval '6 seconds'");
  await asWorker(db, () => db.query("select app_private.wake('watch_thresholds')"));
  await runJobs(db, { watch_thresholds: watchThresholds });
  expect(await cases(db)).toHaveLength(1);
});

async function report(db: ClientBase, seconds: number): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(
      db,
      "select app_private.report_overdue_thresholds(now() + make_interval(secs => $1)) as value",
      [seconds],
    ),
  );
}

async function fire(db: ClientBase, seconds: number): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.fire_thresholds(now() + make_interval(secs => $1), 100)", [seconds]),
  );
}

function cases(db: ClientBase) {
  return allRows(
    db,
    `select territories.slug as territory, teams.slug as team, (exceptions.details -> 'count')::int as count, exceptions.outcome,
            extract(epoch from exceptions.resolved_at - now())::int as resolved_after
       from app_public.exceptions
       join app_public.territories on territories.id = exceptions.territory_id
       join app_public.teams on teams.id = exceptions.owner_team_id
      where exceptions.kind = 'thresholds_overdue' order by territories.slug, exceptions.id`,
  );
}
