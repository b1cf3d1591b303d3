import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { everyRow, merge, respond, twoLeads } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

test("a preview of a merge and of its undoing says what will be, and changes nothing", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await respond(db, mergedId, 10);
  const before = await everyRow(db);
  const foreseen = await oneRow(
    db,
    "select survivor, merged, moves, notes from app_private.preview_of(app_private.decide_merge($1, $2))",
    [survivorId, mergedId],
  );
  expect(await everyRow(db)).toEqual(before);
  expect(foreseen).toMatchObject({
    survivor: { leadId: survivorId, clock: "stopped", status: "new" },
    merged: null,
    moves: { source_events: 1, captures: 1, assignments: 1, activities: 1, notifications: 1 },
    notes: [
      "The owner of the merged lead loses it: the survivor keeps its own.",
      "The clock of the survivor stops: the person was answered as the merged lead.",
    ],
  });

  await merge(db, survivorId, mergedId);
  const state = "select app_private.readable_state(app_private.lead_state_of($1)) as value";
  expect(await oneValue(db, state, [survivorId])).toMatchObject({
    leadId: survivorId,
    firstRespondedAt: expect.any(String),
  });
  const back = await oneRow(
    db,
    "select survivor, merged, moves from app_private.preview_of(app_private.decide_unmerge($1))",
    [mergedId],
  );
  expect(back).toMatchObject({
    survivor: { clock: "running" },
    merged: { leadId: mergedId, clock: "stopped" },
    moves: { source_events: 1, activities: 1 },
  });
});

test("decide_moves: of a branch, what was first its own; of a whole tree, every row of lead_children", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  const moves = "select jsonb_array_length(app_private.decide_moves($1, $2) -> 'source_events') as value";
  expect(await oneValue(db, moves, [survivorId, [mergedId]])).toBe(1);
  expect(await oneValue(db, moves, [survivorId, [survivorId, mergedId]])).toBe(2);
  expect(await oneValue(db, moves, [mergedId, [mergedId]])).toBeNull();
});

test("move_children: what leaves its first lead notes it, what comes back forgets it", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const id = await oneValue<string>(db, "select id as value from app_public.assignments where lead_id = $1", [
    mergedId,
  ]);
  await db.query("update app_public.assignments set ended_at = now() where id = $1", [id]);
  const move = async (leadId: string, isReturn: boolean) => {
    await asWorker(db, () =>
      db.query("select app_private.move_children($1, $2, $3)", [
        JSON.stringify({ assignments: [id] }),
        leadId,
        isReturn,
      ]),
    );
    return oneRow(db, "select lead_id, origin_lead_id from app_public.assignments where id = $1", [id]);
  };
  const { leadId: other } = await receiveOne(db, { attributes: someone() });
  expect(await move(survivorId, false)).toEqual({ lead_id: survivorId, origin_lead_id: mergedId });
  expect(await move(other, false)).toEqual({ lead_id: other, origin_lead_id: mergedId });
  expect(await move(survivorId, true)).toEqual({ lead_id: survivorId, origin_lead_id: mergedId });
  expect(await move(mergedId, true)).toEqual({ lead_id: mergedId, origin_lead_id: null });
});
