import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

type Logged = { kind: string; is_response?: boolean; status?: string; occurred_at: Date };

test("whatever was done counts as activity and hands the lead over, in the order of the elements", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const [at, earlier, asOf] = [
    await secondsLater(db, 20),
    await secondsLater(db, 10),
    await secondsLater(db, 30),
  ];
  await log(
    db,
    leadId,
    [
      { kind: "note", occurred_at: at },
      { kind: "email", occurred_at: earlier },
    ],
    asOf,
  );
  expect(
    await oneRow(db, "select last_activity_at, handed_over_at, first_responded_at from app_public.leads"),
  ).toEqual({ last_activity_at: at, handed_over_at: asOf, first_responded_at: null });
});

test("a call that closes the deal is written as a call and as a change, and answers once", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, 20);
  await log(db, leadId, [{ kind: "call", is_response: true, status: "closed_won", occurred_at: at }], at);
  expect(
    await allRows(db, "select kind, is_response, note from app_public.activities order by kind"),
  ).toEqual([
    { kind: "call", is_response: true, note: null },
    { kind: "status_change", is_response: false, note: "new to closed_won" },
  ]);
  expect(await oneRow(db, "select status, closed_at, first_responded_at from app_public.leads")).toEqual({
    status: "closed_won",
    closed_at: at,
    first_responded_at: at,
  });
});

test("an attempt is no answer", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, 20);
  await log(db, leadId, [{ kind: "status_change", status: "attempting_to_contact", occurred_at: at }], at);
  expect(await oneRow(db, "select status, first_responded_at from app_public.leads")).toEqual({
    status: "attempting_to_contact",
    first_responded_at: null,
  });
});

async function log(db: ClientBase, leadId: string, logged: Logged[], asOf: Date): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select app_private.log_activities(array(
         select row(uuidv7(), $1::uuid, null, activity.kind, coalesce(activity.is_response, false), null, activity.status,
                    activity.occurred_at, null, repeat('a', 32))::app_private.activity
           from jsonb_to_recordset($2) as activity (kind text, is_response boolean, status text, occurred_at timestamptz)), $3)`,
      [leadId, JSON.stringify(logged), asOf],
    ),
  );
}
