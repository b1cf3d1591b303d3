import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { everyRow, fire, merge, respond, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("what the merged lead has hangs on the survivor, and remembers where it came from", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await respond(db, mergedId, 10);
  await merge(db, survivorId, mergedId);

  for (const table of ["source_events", "activities", "assignments", "captures", "notifications"]) {
    const rows = await allRows<{ lead_id: string; origin_lead_id: string | null }>(
      db,
      `select lead_id, origin_lead_id from app_public.${table}`,
    );
    expect([table, rows.length > 0]).toEqual([table, true]);
    expect([table, new Set(rows.map(({ lead_id }) => lead_id))]).toEqual([table, new Set([survivorId])]);
    expect([table, rows.some(({ origin_lead_id }) => origin_lead_id === mergedId)]).toEqual([table, true]);
  }
  expect(
    await oneRow(
      db,
      "select merged_into_id, owner_id, owned_at, sla_due_at from app_public.leads where id = $1",
      [mergedId],
    ),
  ).toEqual({ merged_into_id: survivorId, owner_id: null, owned_at: null, sla_due_at: null });
  expect(await oneValue(db, "select app_private.survivor_of($1) as value", [mergedId])).toBe(survivorId);
});

test("the survivor keeps its owner and its clock; the merged one has neither", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const before = await leadRow(db, survivorId);
  await merge(db, survivorId, mergedId);
  expect(await leadRow(db, survivorId)).toEqual(before);
  expect(
    await allValues(db, "select lead_id as value from app_public.assignments where ended_at is null"),
  ).toEqual([survivorId]);
  expect(
    await allRows(
      db,
      "select lead_id, stop_reason, next_at is null as rests from app_public.clocks order by lead_id = $1 desc",
      [survivorId],
    ),
  ).toEqual([
    { lead_id: survivorId, stop_reason: null, rests: false },
    { lead_id: mergedId, stop_reason: "merged", rests: true },
  ]);
});

test("merged and unmerged, everything is as it was, to the row", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await respond(db, mergedId, 10);
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  expect(await everyRow(db)).not.toEqual(before);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("whoever was answered as the merged lead has been answered: the survivor's clock stands still, and goes on after", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await respond(db, mergedId, 10);
  await merge(db, survivorId, mergedId);
  expect(
    await oneRow(db, "select stop_reason, next_at from app_public.clocks where lead_id = $1", [survivorId]),
  ).toEqual({
    stop_reason: "merged",
    next_at: null,
  });
  expect(
    await oneValue(
      db,
      "select first_responded_at is not null and sla_met_at is not null as value from app_public.leads where id = $1",
      [survivorId],
    ),
  ).toBe(true);
  expect(await fire(db, 3600 * 24 * 30)).toBe(0);
  await unmerge(db, mergedId);
  expect(await fire(db, 3600 * 24 * 30)).toBe(3);
  expect(
    await oneValue(db, "select min(lead_id::text) || count(*) as value from app_public.escalations"),
  ).toBe(`${survivorId}3`);
});

test("a survivor without an owner takes that of the merged lead, and waits again without it", async ({
  db,
}) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.absences");
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone() });
  const before = await everyRow(db);
  const owner = await oneValue(db, "select owner_id as value from app_public.leads where id = $1", [
    mergedId,
  ]);
  await merge(db, survivorId, mergedId);
  expect(
    await oneValue(db, "select owner_id as value from app_public.leads where id = $1", [survivorId]),
  ).toBe(owner);
  expect(await allRows(db, "select outcome, is_closed_by_merge from app_public.exceptions")).toEqual([
    { outcome: "merged", is_closed_by_merge: true },
  ]);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("an owner who may not work where the survivor lives does not come along", async ({ db }) => {
  await absent(db, ["felix", "mona"]);
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone() });
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  expect(
    await oneValue(db, "select owner_id as value from app_public.leads where id = $1", [survivorId]),
  ).toBeNull();
  expect(
    await allValues(
      db,
      "select distinct slug as value from app_public.source_events join app_public.territories on territories.id = territory_id",
    ),
  ).toEqual(["fr"]);
  expect(
    await oneValue(
      db,
      "select slug as value from app_public.lead_merges join app_public.territories on territories.id = territory_id",
    ),
  ).toBe("emea");
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("a decision with actor, score and evidence stands in the story of both, and in the audit", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const olga = await actorId(db, "olga");
  await merge(db, survivorId, mergedId, { actorId: olga, score: 0.97, evidence: { last_name: "same" } });
  const [decision] = await allRows<{ inputs: object; actor_id: number; trace_id: string }>(
    db,
    "select inputs, actor_id, trace_id from app_public.decisions where kind = 'merge' and lead_id = $1",
    [survivorId],
  );
  expect(decision).toMatchObject({
    actor_id: olga,
    inputs: { survivorId, mergedId, score: 0.97, evidence: { last_name: "same" } },
  });
  await unmerge(db, mergedId, { actorId: olga });
  for (const id of [survivorId, mergedId]) {
    const story = await allValues<string>(
      db,
      "select stage || ' ' || summary as value from app_public.leads, app_public.leads_story(leads) where leads.id = $1 and stage = 'merge' order by at, summary",
      [id],
    );
    expect(story.length).toBe(2);
  }
  expect(
    await allValues(
      db,
      "select action as value from app_public.decisions where kind = 'merge' and superseded_by_id is null",
    ),
  ).toEqual(["unmerge", "unmerge"]);
  const audited = await allValues<string>(
    db,
    "select changes ->> 'merged_into_id' as value from app_private.audit_entries where entity = 'leads' and entity_id = $1 and changes ? 'merged_into_id' order by id",
    [mergedId],
  );
  expect(audited).toEqual([`[null, "${survivorId}"]`, `["${survivorId}", null]`]);
});

test("what can never be one person is refused, with a code", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const { leadId: other } = await receiveOne(db, {
    attributes: someone({ country: "NL" }),
    path: "globex-form",
  });
  const { leadId: trial } = await receiveOne(db, { attributes: someone(), isTest: true });
  const call = "select app_private.merge_leads($1, $2, null, null, null, now())";
  expect(await refusalOf(db, call, [survivorId, survivorId])).toBe("BADIN");
  expect(await refusalOf(db, call, [survivorId, other])).toBe("BADIN");
  expect(await refusalOf(db, call, [survivorId, trial])).toBe("BADIN");
  expect(await refusalOf(db, call, [survivorId, "00000000-0000-7000-8000-000000000000"])).toBe("NFUND");
  await merge(db, survivorId, mergedId);
  expect(await refusalOf(db, call, [survivorId, mergedId])).toBe("STATE");
  expect(await refusalOf(db, call, [mergedId, survivorId])).toBe("STATE");
  expect(await refusalOf(db, "select app_private.unmerge_lead($1, null, now())", [survivorId])).toBe("STATE");
});

async function leadRow(db: ClientBase, id: string) {
  return oneRow(db, "select * from app_public.leads where id = $1", [id]);
}
