import type { Client } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { attempt, fire, openCase } from "../support/cases.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test("what the owner does with the lead and its clock is in the story", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const owner = String(await ownerOf(db, leadId));
  const call = (name: string, rest = "") => `select app_public.${name}($1${rest})`;
  expect(await attempt(db, owner, call("accept_lead"), [leadId])).toBe("");
  const until = ", 'The office is closed', now() + interval '1 hour'";
  expect(await attempt(db, owner, call("pause_clock", until), [leadId])).toBe("");
  expect(await attempt(db, owner, call("resume_clock"), [leadId])).toBe("");
  const story = await storyOf(db, leadId);
  for (const [stage, summary] of [
    ["accept", "Its owner accepted it."],
    ["pause clock", "The clock was paused by hand."],
    ["resume clock", "The clock goes on."],
  ])
    expect(story).toContainEqual(expect.objectContaining({ stage, summary }));
  expect(JSON.stringify(story)).not.toContain("office"); // whose words are people's
});

test("the threshold stands before the decision that it made", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 86_400)).toBeGreaterThan(0);
  const story = await storyOf(db, leadId);
  const made = story.findIndex(({ action }) => action === "reassign");
  const { at } = story[made] ?? {};
  const same = story.flatMap((entry, place) =>
    String(entry.at) === String(at) && entry.stage === "fire threshold" ? [place] : [],
  );
  expect(same.length).toBeGreaterThan(0);
  expect(Math.max(...same)).toBeLessThan(made);
});

test("a case about an arrival is in the story of its lead, each step once", async ({ db }) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone() });
  const id = await openCase(db, "possible_duplicate", { captureId });
  await openCase(db, "possible_duplicate");
  expect(await attempt(db, "olga", "select app_public.resolve_exception($1, 'two_people')", [id])).toBe("");
  const steps = (await storyOf(db, leadId)).filter(({ stage }) => stage.includes("exception"));
  expect(steps.map(({ stage, summary }) => [stage, summary])).toEqual([
    ["exception", "A reason"],
    ["acknowledge exception", "A person has the case."],
    ["resolve exception", "Resolved: two_people."],
  ]);
  const all = await allRows(db, "select from app_public.story_entries where details ->> 'exceptionId' = $1", [
    id,
  ]);
  expect(all).toHaveLength(3);
});

function storyOf(db: Client, leadId: string) {
  return allRows<{ at: Date; stage: string; summary: string; action: string | null }>(
    db,
    `select at, stage, summary, details ->> 'action' as action
       from app_public.leads, app_public.leads_story(leads) as story where leads.id = $1`,
    [leadId],
  );
}
