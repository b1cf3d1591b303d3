import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { objects } from "./wall_rules.ts";

/** Leads whose sla_ columns and first-response clock tell different stories (design §5: one is written with the other). */
const DIFFERENT = `
  select leads.id from app_public.leads
    left join app_public.clocks on clocks.lead_id = leads.id and clocks.kind = 'first_response'
   where leads.merged_into_id is null
     and (leads.sla_policy_id, leads.sla_started_at, leads.sla_due_at, leads.sla_breached_at is not null)
         is distinct from (clocks.policy_id, clocks.started_at, clocks.due_at, clocks.id is not null and clocks.thresholds[clocks.fired] >= 100)`;

test("a lead's sla_ columns are its clock, after the stages and after the sweep", async ({ db }) => {
  expect((await objects(db, "select id from app_public.clocks")).length).toBeGreaterThan(5);
  expect(await objects(db, DIFFERENT)).toEqual([]);
  await db.query("select app_private.fire_thresholds(now() + interval '1 day', 100)");
  expect(await objects(db, "select id from app_public.leads where sla_breached_at is not null")).not.toEqual(
    [],
  );
  expect(await objects(db, DIFFERENT)).toEqual([]);
});

test("a deadline that was moved on one side only is found", async ({ db }) => {
  await db.query("update app_public.clocks set due_at = due_at + interval '1 second'");
  expect((await objects(db, DIFFERENT)).length).toBeGreaterThan(5);
});
