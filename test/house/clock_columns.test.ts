import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { DIFFERENT_COLUMNS } from "../support/clocks.ts";
import { objects } from "./wall_rules.ts";

test("a lead's sla_ columns are its clock, after the stages and after the sweep", async ({ db }) => {
  expect(
    (await objects(db, "select id from app_public.clocks where lead_id is not null")).length,
  ).toBeGreaterThan(5);
  expect(await objects(db, DIFFERENT_COLUMNS)).toEqual([]);
  await db.query("select app_private.fire_thresholds(now() + interval '1 day', 100)");
  expect(await objects(db, "select id from app_public.leads where sla_breached_at is not null")).not.toEqual(
    [],
  );
  expect(await objects(db, DIFFERENT_COLUMNS)).toEqual([]);
});

test("a deadline that was moved on one side only is found", async ({ db }) => {
  await db.query("update app_public.clocks set due_at = due_at + interval '1 second'");
  expect((await objects(db, DIFFERENT_COLUMNS)).length).toBeGreaterThan(5);
});
