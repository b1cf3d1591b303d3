import { expect } from "vitest";
import { receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { reported, settle, settleStaged } from "../support/settle.ts";

test("a reported answer is logged at its lead and stops the clock at the time it happened", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const at = await secondsLater(db, 60);
  const [id] = await settle(
    db,
    [{ settle: reported("ana@mail.example", { occurredAt: at.toISOString(), note: "Called back." }) }],
    { asOf: await secondsLater(db, 900) },
  );

  expect(
    await oneRow(
      db,
      `select activities.lead_id, activities.kind, activities.note, activities.actor_id, activities.occurred_at,
              activities.capture_id, activities.trace_id = captures.trace_id as same_trace
         from app_public.activities join app_public.captures on captures.id = activities.capture_id`,
    ),
  ).toEqual({
    lead_id: leadId,
    kind: "call",
    note: "Called back.",
    actor_id: null,
    occurred_at: at,
    capture_id: id,
    same_trace: true,
  });
  expect(
    await oneRow(
      db,
      `select captures.kind, captures.status, captures.outcome, captures.lead_id,
              captures.territory_id = leads.territory_id as moved, leads.sla_met_at, leads.first_responded_at, clocks.stopped_at
         from app_public.captures
         join app_public.leads on leads.id = captures.lead_id join app_public.clocks on clocks.lead_id = leads.id
        where captures.id = $1`,
      [id],
    ),
  ).toEqual({
    kind: "activity",
    status: "processed",
    outcome: "activity_logged",
    lead_id: leadId,
    moved: true,
    sla_met_at: at,
    first_responded_at: at,
    stopped_at: at,
  });
});

test("what is no answer of ours stops no clock; a time to come counts as now", async ({ db }) => {
  await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const [asOf, later] = [await secondsLater(db, 60), await secondsLater(db, 3_600)];
  await settle(
    db,
    [{ settle: reported("ana@mail.example", { isResponse: false, occurredAt: later.toISOString() }) }],
    { asOf },
  );
  expect(
    await oneRow(
      db,
      "select occurred_at, stopped_at from app_public.activities join app_public.clocks using (lead_id)",
    ),
  ).toEqual({ occurred_at: asOf, stopped_at: null });
});

test("a reported status moves the lead on, in the trail too; a word that we do not know does not", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  await settle(db, [
    {
      settle: reported("ana@mail.example", { kind: "status_change", isResponse: false, status: "qualified" }),
    },
    { settle: reported("ana@mail.example", { kind: "status_change", isResponse: false, status: "warm" }) },
  ]);
  expect(
    await oneRow(db, "select status, first_responded_at is not null as answered from app_public.leads"),
  ).toEqual({ status: "qualified", answered: true });
  expect(await allRows(db, "select kind, note from app_public.activities order by capture_id")).toEqual([
    { kind: "status_change", note: "new to qualified" },
    { kind: "status_change", note: null },
  ]);
  expect(
    await allRows(
      db,
      "select changes -> 'status' as status from app_private.audit_entries where entity_id = $1 and changes ? 'status' and action = 'update'",
      [leadId],
    ),
  ).toEqual([{ status: ["new", "qualified"] }]);
});

test("the strongest key decides whom it is about, anywhere in the boundary and never beyond it", async ({
  db,
}) => {
  const [french, german] = await receive(db, [
    { attributes: someone({ email: "ana@mail.example", country: "FR" }) },
    { attributes: someone({ email: "ben@mail.example", phone: "+49301" }) },
    { path: "globex-form", attributes: { email: "eva@mail.example", country: "NL" } },
  ]);
  const identities = [
    { kind: "email" as const, value: "ana@mail.example" },
    { kind: "phone" as const, value: "+49301" },
  ];
  const activity = { kind: "call" as const, isResponse: true };
  await settle(db, [
    { path: "partner-feed", settle: { as: "activity", activity, identities } },
    { path: "partner-feed", settle: { as: "activity", activity, identities: identities.slice(1) } },
    { path: "partner-feed", settle: reported("eva@mail.example") },
  ]);
  expect(await allRows(db, "select lead_id from app_public.activities order by capture_id")).toEqual([
    { lead_id: french?.leadId },
    { lead_id: german?.leadId },
  ]);
});

test("a report about nobody is quarantined for the execution team of the path, for a day", async ({ db }) => {
  const [id] = await settle(db, [{ path: "partner-feed", settle: reported("nobody@mail.example") }]);
  expect(
    await oneRow(
      db,
      `select captures.kind, captures.status, captures.outcome, exceptions.capture_id, exceptions.kind as "case", teams.slug as team,
              exceptions.due_at - exceptions.opened_at = interval '24 hours' as in_a_day
         from app_public.captures join app_public.exceptions on exceptions.capture_id = captures.id
         join app_public.teams on teams.id = exceptions.owner_team_id`,
    ),
  ).toEqual({
    kind: "activity",
    status: "quarantined",
    outcome: "activity_without_lead",
    capture_id: id,
    case: "activity_without_lead",
    team: "sales-de",
    in_a_day: true,
  });
  expect(await allRows(db, "select from app_public.activities")).toEqual([]);
});

test("a second run of the same batch does nothing", async ({ db }) => {
  await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const told = [reported("ana@mail.example"), reported("nobody@mail.example")];
  const ids = await settle(
    db,
    told.map((one) => ({ settle: one })),
  );
  await settleStaged(
    db,
    told.map((one, position) => ({ id: ids[position] ?? "", settle: one })),
  );
  expect(await allRows(db, "select from app_public.activities")).toHaveLength(1);
  expect(await allRows(db, "select from app_public.exceptions")).toHaveLength(1);
});
