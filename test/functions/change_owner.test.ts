import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("the lead goes to its new owner, and how it came to the former one is kept", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const asOf = await secondsLater(db, 60);
  await change(db, leadId, "dirk", asOf);

  const lead = await oneRow(
    db,
    "select slug, owned_at, routed_at < owned_at as routed_before from app_public.leads join app_public.actors on actors.id = owner_id",
  );
  expect(lead).toEqual({ slug: "dirk", owned_at: asOf, routed_before: true });
  expect(
    await allRows(
      db,
      `select decisions.action, actors.slug, decisions.superseded_by_id is null as effective, decisions.reason like 'By hand%' as by_hand,
              assignments.assigned_at = $1 as now, assignments.ended_at
         from app_public.decisions join app_public.actors on actors.id = decisions.owner_id
         join app_public.assignments on assignments.decision_id = decisions.id order by decisions.id`,
      [asOf],
    ),
  ).toEqual([
    { action: "assign", slug: "dora", effective: false, by_hand: false, now: false, ended_at: asOf },
    { action: "reassign", slug: "dirk", effective: true, by_hand: true, now: true, ended_at: null },
  ]);
  const told = await allRows(
    db,
    "select actors.slug, text from app_public.notifications join app_public.actors on actors.id = recipient_id order by notifications.id",
  );
  expect(told).toEqual([
    { slug: "dora", text: "A new lead is yours." },
    { slug: "dirk", text: "A lead is yours now." },
  ]);
});

test("the decision remembers whose the lead was", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await change(db, leadId, "dirk");
  const { inputs } = await oneRow<{ inputs: object }>(
    db,
    "select inputs from app_public.decisions where action = 'reassign'",
  );
  expect(inputs).toEqual({ former_owner_id: await actorId(db, "dora") });
});

test("a lead that waited in the queue leaves it: its case is closed", async ({ db }) => {
  await absent(db, ["felix"]);
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  const asOf = await secondsLater(db, 60);
  await change(db, leadId, "mona", asOf);
  expect(await oneRow(db, "select outcome, resolved_at from app_public.exceptions")).toEqual({
    outcome: "routed",
    resolved_at: asOf,
  });
  const effective = await allRows(
    db,
    "select action from app_public.decisions where superseded_by_id is null",
  );
  expect(effective).toEqual([{ action: "reassign" }]);
});

test("again and again there is one owner and one effective decision", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  for (const slug of ["dirk", "doris", "dora"]) await change(db, leadId, slug);
  const running = await allRows(db, "select from app_public.assignments where ended_at is null");
  const effective = await allRows(db, "select from app_public.decisions where superseded_by_id is null");
  expect([running.length, effective.length]).toEqual([1, 1]);
});

async function change(db: ClientBase, leadId: string, slug: string, asOf?: Date): Promise<void> {
  const owner = await actorId(db, slug);
  await asWorker(db, () =>
    db.query(
      `select app_private.change_owner(leads, $2, 'reassign', 'By hand.', coalesce($3, now()))
         from app_public.leads where leads.id = $1`,
      [leadId, owner, asOf],
    ),
  );
}
