import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { objects } from "./wall_rules.ts";

/** What hangs on a lead and stays there when the lead is merged, and why. */
const STAYS: Record<string, string> = {
  "app_private.erasures": "Says what was erased, by ids; a forgotten lead is never merged or unmerged.",
  "app_private.lead_identities":
    "A key belongs to the lead that brought it: by it later touches go back with an unmerge.",
  "app_private.realignment_moves": "What was previewed of a lead; one that was merged since does not move.",
  "app_public.clocks":
    "One clock of a kind for a lead: it stops with its lead, or the survivor that has none takes it over.",
  "app_public.decisions":
    "What was decided about a lead stays in its own story, which its survivor's story includes.",
  "app_public.escalations": "Goes where its clock goes.",
  "app_public.lead_merges": "The record of the merge itself.",
  "app_public.leads": "The link of the merge itself.",
  "app_public.shadow_routes": "A comparison is about the decision beside it, which stays.",
  "app_public.match_candidates": "A pair is about the two leads that were compared.",
};

/** Tables with a key to leads, but for keys to the lead that a row comes from. */
const HANG_ON_A_LEAD = `
  select distinct conrelid::regclass from pg_constraint join pg_class on pg_class.oid = conrelid
   where contype = 'f' and confrelid = 'app_public.leads'::regclass and not relispartition`;

test("whatever hangs on a lead moves with a merge, or stays for a reason", async ({ db }) => {
  const children = await objects(db, "select child from app_private.lead_children()");
  expect(children.length).toBeGreaterThan(8);
  expect(await objects(db, HANG_ON_A_LEAD)).toEqual([...children, ...Object.keys(STAYS)].sort());
});

test("a new table that hangs on a lead is found", async ({ db }) => {
  const before = await objects(db, HANG_ON_A_LEAD);
  await db.query(
    "create table app_public.lead_notes (lead_id uuid references app_public.leads (id) on delete restrict)",
  );
  expect((await objects(db, HANG_ON_A_LEAD)).filter((name) => !before.includes(name))).toEqual([
    "app_public.lead_notes",
  ]);
});

test("whatever moves can say where it came from", async ({ db }) => {
  const silent = await objects(
    db,
    `select child from app_private.lead_children()
      where not exists (select from pg_attribute where attrelid = child and attname = 'origin_lead_id' and not attisdropped)
         or follows_capture and not exists (select from pg_attribute where attrelid = child and attname = 'capture_id')
         or not exists (select from pg_attribute where attrelid = child and attname = 'id')`,
  );
  expect(silent).toEqual([]);
});

test("whatever moves may be moved by who merges", async ({ db }) => {
  const fixed = await objects(
    db,
    `select child || '.' || name from app_private.lead_children(), unnest(array['lead_id', 'territory_id', 'origin_lead_id']) as name
      where not has_column_privilege('catchment_worker', child, name, 'update')`,
  );
  expect(fixed).toEqual([]);
});
