import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const CASES = `
  select (details ->> 'count')::int as count, teams.slug as team, outcome from app_public.exceptions
    join app_public.teams on teams.id = owner_team_id where exceptions.kind = 'notifications_unsent' order by exceptions.id`;
const HALF_AN_HOUR = 1_800;

test("messages that nobody sends: one case a client for its operations, until they are out", async ({
  db,
}) => {
  await receive(db, [
    { attributes: someone() },
    { attributes: someone() },
    { path: "globex-form", attributes: someone({ country: "NL" }) },
  ]);
  await db.query("update app_public.notifications set next_attempt_at = now()");
  expect(await report(db, HALF_AN_HOUR)).toBe(0);
  expect(await report(db, HALF_AN_HOUR + 1)).toBe(2);
  expect(await report(db, HALF_AN_HOUR + 60)).toBe(0);
  expect(await allRows(db, `${CASES} desc`)).toEqual(
    expect.arrayContaining([
      { count: 2, team: "operations", outcome: null },
      { count: 1, team: "globex-operations", outcome: null },
    ]),
  );
  await db.query("update app_public.notifications set next_attempt_at = now() + interval '9 hours'"); // quiet hours
  expect(await report(db, HALF_AN_HOUR + 120)).toBe(0);
  expect((await allRows(db, CASES)).map(({ outcome }) => outcome)).toEqual(["done", "done"]);
});

function report(db: ClientBase, seconds: number): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.report_unsent(now() + make_interval(secs => $1)) as value", [
      seconds,
    ]),
  );
}
