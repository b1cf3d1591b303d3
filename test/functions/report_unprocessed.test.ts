import type { ClientBase } from "pg";
import { expect } from "vitest";
import {
  acceptedOf,
  asWorker,
  processAccepted,
  secondsLater,
  someone,
  stageArrivals,
} from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const CASES = `
  select exceptions.reason, exceptions.details ->> 'path' as path, (exceptions.details ->> 'count')::int as count, teams.slug as team,
         exceptions.capture_id, exceptions.outcome
    from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id
   where exceptions.kind = 'captures_unprocessed' order by path, exceptions.opened_at`;

const HALF_AN_HOUR = 1_800;

test("one case a path, for its operations, on the oldest of those that wait too long", async ({ db }) => {
  const ids = await stageArrivals(db, [
    { attributes: someone() },
    { attributes: someone() },
    { path: "globex-form", attributes: someone() },
  ]);
  expect(await report(db, HALF_AN_HOUR)).toBe(0); // not longer than that yet
  expect(await report(db, HALF_AN_HOUR + 1)).toBe(2);
  expect(await allRows(db, CASES)).toMatchObject([
    { path: "globex-form", count: 1, team: "globex-operations", capture_id: ids[2], outcome: null },
    { path: "web-form", count: 2, team: "operations", capture_id: ids[0], outcome: null },
  ]);
  const [globex] = await allRows<{ reason: string }>(db, CASES);
  expect(globex?.reason).toMatch(
    /^Arrivals of globex-form wait to be processed: 1, the oldest since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
});

test("as long as some wait there is no second case, also when the oldest is through", async ({ db }) => {
  const arrivals = [{ attributes: someone() }, { attributes: someone() }];
  const accepted = acceptedOf(arrivals, await stageArrivals(db, arrivals));
  await report(db, HALF_AN_HOUR + 1);
  await processAccepted(db, accepted.slice(0, 1));
  expect(await report(db, HALF_AN_HOUR + 60)).toBe(0);
  expect(await allRows(db, CASES)).toMatchObject([{ count: 2, outcome: null }]);
});

test("when none waits so long any more the case closes by itself; a later standstill is another", async ({
  db,
}) => {
  const arrivals = [{ attributes: someone() }];
  const accepted = acceptedOf(arrivals, await stageArrivals(db, arrivals));
  await report(db, HALF_AN_HOUR + 1);
  await processAccepted(db, accepted);
  await report(db, HALF_AN_HOUR + 60);
  expect(await allRows(db, CASES)).toMatchObject([{ outcome: "processed" }]);
  await stageArrivals(db, arrivals);
  expect(await report(db, HALF_AN_HOUR + 120)).toBe(1);
  expect(await allRows(db, CASES)).toMatchObject([{ outcome: "processed" }, { outcome: null }]);
});

test("what waits for its vendor has a case of its own", async ({ db }) => {
  await stageArrivals(db, [{ attributes: someone() }]);
  await db.query("update app_public.captures set fetch_due_at = now()");
  expect(await report(db, 10 * HALF_AN_HOUR)).toBe(0);
});

async function report(db: ClientBase, seconds: number): Promise<number> {
  const asOf = await secondsLater(db, seconds);
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.report_unprocessed($1) as value", [asOf]),
  );
}
