import { expect } from "vitest";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

test("a new lead is written whole: person, score with reasons and the deadlines of its clock", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, {
    attributes: someone({ company: "Weber GmbH", phone: "+4930901820" }),
  });
  const lead = await oneRow(
    db,
    `select leads.company, leads.phone, leads.score > 0 as is_scored, jsonb_array_length(leads.score_reasons) > 0 as has_reasons,
            leads.sla_warn_at < leads.sla_due_at and leads.sla_due_at < leads.sla_overdue_at as is_in_order,
            leads.sla_started_at = captures.received_at as runs_from_the_arrival
       from app_public.leads join app_public.captures on captures.lead_id = leads.id
      where leads.id = $1`,
    [leadId],
  );
  expect(lead).toEqual({
    company: "Weber GmbH",
    phone: "+4930901820",
    is_scored: true,
    has_reasons: true,
    is_in_order: true,
    runs_from_the_arrival: true,
  });
});

test("a lead of the past gets no policy and no deadline, and was first seen when its file says", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, {
    path: "olist-mql",
    attributes: { external_id: "olist-mql:1", occurred_at: "2018-02-01T02:00:00.000Z" },
  });
  const lead = await oneRow(
    db,
    `select leads.is_history, leads.sla_policy_id, leads.sla_due_at, leads.first_seen_at from app_public.leads where leads.id = $1`,
    [leadId],
  );
  expect(lead).toEqual({
    is_history: true,
    sla_policy_id: null,
    sla_due_at: null,
    first_seen_at: new Date("2018-02-01T02:00:00.000Z"),
  });
});

test("two arrivals of one person in a batch create one lead, from the first of them", async ({ db }) => {
  const person = someone({ first_name: "Ana" });
  await receive(db, [{ attributes: person }, { attributes: { ...person, first_name: "Anna" } }]);
  expect(await allRows(db, "select leads.first_name from app_public.leads")).toEqual([{ first_name: "Ana" }]);
});
