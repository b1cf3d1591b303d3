import { expect } from "vitest";
import { newTraceId, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("an assignment is a decision, a running assignment and word to the owner, under one trace", async ({
  db,
}) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  const rows = await allRows(
    db,
    `select decisions.trace_id, decisions.owner_id = assignments.owner_id as same_owner,
            notifications.recipient_id = decisions.owner_id as is_told, decisions.inputs -> 'isHistory' as is_history
       from app_public.decisions
       join app_public.assignments on assignments.decision_id = decisions.id
       join app_public.notifications on notifications.event_id = decisions.id
      where decisions.lead_id = $1`,
    [leadId],
  );
  expect(rows).toEqual([{ trace_id: traceId, same_owner: true, is_told: true, is_history: false }]);
});

test("two arrivals of one lead under one trace leave one effective decision", async ({ db }) => {
  const arrival = { attributes: someone(), traceId: newTraceId() };
  await receive(db, [arrival, arrival]);
  await receive(db, [arrival]);
  expect(
    await allRows(
      db,
      "select decisions.action from app_public.decisions where decisions.superseded_by_id is null",
    ),
  ).toEqual([{ action: "assign" }]);
});

test("nobody is told of a lead of the past", async ({ db }) => {
  await receiveOne(db, { path: "olist-mql", attributes: { external_id: "olist-mql:1" } });
  expect(await oneValue(db, "select count(*)::int as value from app_public.assignments")).toBe(1);
  expect(await oneValue(db, "select count(*)::int as value from app_public.notifications")).toBe(0);
});
