import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { merge, respond, twoLeads } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const OWN = "select to_jsonb(app_private.own_state($1)) as value";

test("by itself a lead is what it is without merges, also while it is merged with others", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await respond(db, mergedId, 10);
  const before = await oneValue(db, "select to_jsonb(app_private.lead_state_of($1)) as value", [survivorId]);
  expect(await oneValue(db, OWN, [survivorId])).toEqual(before);
  await merge(db, survivorId, mergedId);
  expect(await oneValue(db, OWN, [survivorId])).toEqual(before);
  expect(
    await oneValue(db, "select to_jsonb(app_private.lead_state_of($1)) as value", [survivorId]),
  ).not.toEqual(before);
});

test("what changed since the merge is its own", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.absences");
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone() });
  await merge(db, survivorId, mergedId);
  expect(await oneValue(db, OWN, [survivorId])).toMatchObject({ owner_id: null, assignment_id: null });
  const mona = await actorId(db, "mona");
  await asWorker(db, () =>
    db.query(
      "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', now()) from app_public.leads where id = $1",
      [survivorId, mona],
    ),
  );
  expect(await oneValue(db, OWN, [survivorId])).toMatchObject({ owner_id: mona });
});

test("a better score that a touch of the merged lead earned later is not its own", async ({ db }) => {
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  const person = someone();
  const { leadId: mergedId } = await receiveOne(db, { attributes: person });
  const before = await oneValue<{ score: number }>(db, OWN, [survivorId]);
  await merge(db, survivorId, mergedId);
  await receive(db, [{ attributes: { ...person, employees: 400 } }]);
  expect(
    await oneValue(db, "select score as value from app_public.leads where id = $1", [survivorId]),
  ).toBeGreaterThan(before.score);
  expect(await oneValue(db, OWN, [survivorId])).toMatchObject({ score: before.score });
});

test("merged_states: the leads below, each before its own merged ones", async ({ db }) => {
  const { survivorId: b, mergedId: a } = await twoLeads(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone() });
  await merge(db, b, a);
  await merge(db, c, b);
  const ids = "select array(select lead_id from unnest(app_private.merged_states($1))) as value";
  expect(await oneValue(db, ids, [c])).toEqual([b, a]);
  expect(await oneValue(db, ids, [a])).toEqual([]);
});
