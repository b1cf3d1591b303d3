import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

// A Friday at noon to the Monday after it.
const SPAN = "'2026-03-06 12:00Z'::timestamptz, '2026-03-09 12:00Z'::timestamptz";

test("by a calendar its working time, without one every second", async ({ db }) => {
  const measured = await allRows(
    db,
    `select app_hidden.working_seconds(calendars.id, ${SPAN})
              = app_private.working_seconds_between(calendars.id, ${SPAN}) as is_same,
            app_hidden.working_seconds(calendars.id, ${SPAN}) < 3 * 86400 as is_less,
            app_hidden.working_seconds(null, ${SPAN})::int as without
       from app_public.calendars`,
  );
  expect(measured.length).toBeGreaterThan(0);
  for (const row of measured) expect(row).toEqual({ is_same: true, is_less: true, without: 3 * 86_400 });
});

test("working_seconds is a part of the statement that calls it, calendar_seconds a call", async ({ db }) => {
  const { rows } = await db.query<{ "QUERY PLAN": string }>(
    `explain (verbose, costs off) select app_hidden.working_seconds(clocks.calendar_id, clocks.started_at, clocks.due_at) from app_public.clocks`,
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(
    /CASE WHEN \(\w*\.?calendar_id IS NULL\) THEN EXTRACT.* ELSE app_hidden\.calendar_seconds\(/,
  );
});

test.for(["catchment_user", "catchment_bi"])("%s cannot name it", async (role, { db }) => {
  await db.query(`set local role ${role}`);
  await expect(oneRow(db, `select app_hidden.calendar_seconds(1, ${SPAN})`)).rejects.toThrow(
    "permission denied for schema app_hidden",
  );
});
