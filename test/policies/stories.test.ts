import type { Client } from "pg";
import { expect } from "vitest";
import { stopActing } from "../support/act_as.ts";
import { act, createStranger, territoriesSeen, test } from "./land.ts";

test("the view of stories has the walls of the tables below it", async ({ db }) => {
  expect(await territoriesSeen(db, "dora", "story_entries")).toEqual(["de"]);
  expect(await territoriesSeen(db, "nina", "story_entries")).toEqual(["globex-nl"]);
  expect(await territoriesSeen(db, "ada", "story_entries")).not.toContain("globex-nl");
  expect(await territoriesSeen(db, null, "story_entries")).toEqual([]);
  expect(await territoriesSeen(db, await createStranger(db), "story_entries")).toEqual([]);
});

test("trace and leads_story tell nothing of a lead that is hidden", async ({ db }) => {
  const { rows } = await db.query<{ id: string; trace_id: string }>(
    `select leads.id, leads.trace_id from app_public.leads
       join app_public.territories on territories.id = leads.territory_id where territories.slug = 'de' limit 1`,
  );
  const [lead] = rows;
  const told = await linesTold(db, "dora", lead);
  expect(told.trace).toBeGreaterThan(5);
  expect(told.story).toBeGreaterThan(5);
  for (const who of ["felix", "nina", "gus", null]) {
    expect([who, await linesTold(db, who, lead)]).toEqual([who, { trace: 0, story: 0 }]);
  }
});

async function linesTold(
  db: Client,
  who: string | null,
  lead: { id: string; trace_id: string } | undefined,
): Promise<{ trace: number | null; story: number | null }> {
  await act(db, who);
  const trace = await db.query("select from app_public.trace($1)", [lead?.trace_id]);
  // Asked with a row made up by the caller: knowing the id must not be enough.
  const story = await db.query(
    "select from app_public.leads_story(jsonb_populate_record(null::app_public.leads, jsonb_build_object('id', $1::uuid)))",
    [lead?.id],
  );
  await stopActing(db);
  return { trace: trace.rowCount, story: story.rowCount };
}
