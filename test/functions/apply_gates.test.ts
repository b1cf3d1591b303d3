import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { demandConsent, lift, suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const spammed = { kind: "email", value: "no@mail.example" } as const;

test("a suppressed key that arrives is held: no owner, no word, no alarm, and a decision that says why", async ({
  db,
}) => {
  await suppress(db, [spammed]);
  const { leadId, traceId } = await receiveOne(db, { attributes: someone({ email: spammed.value }) });
  expect(await stateOf(db, leadId)).toEqual({
    held: true,
    owner: null,
    routed: false,
    paused: true,
    alarm: null,
  });
  expect(await decisions(db, leadId)).toEqual([
    {
      trace_id: traceId,
      action: "hold",
      reason:
        "Held, nobody may contact the person: the e-mail address is on the suppression list (complained).",
      gate: "blocked",
      effective: true,
    },
  ]);
  for (const table of ["notifications", "assignments", "exceptions"]) {
    expect([table, await allRows(db, `select from app_public.${table}`)]).toEqual([table, []]);
  }
});

test("through another door of the same client it is held too, at another client it is nothing", async ({
  db,
}) => {
  await suppress(db, [spammed]);
  const vendor = await receiveOne(db, {
    path: "partner-feed",
    attributes: someone({ email: spammed.value, external_id: "7" }),
  });
  expect(await stateOf(db, vendor.leadId)).toMatchObject({ held: true, owner: null });
  const globex = await receiveOne(db, {
    path: "globex-form",
    attributes: someone({ email: spammed.value, country: "NL" }),
  });
  expect(await stateOf(db, globex.leadId)).toMatchObject({ held: false, owner: "nina" });
});

test("others of the same batch are routed as if it were not there", async ({ db }) => {
  await suppress(db, [spammed]);
  const received = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ email: spammed.value }) },
    { attributes: someone() },
  ]);
  const owners = await Promise.all(received.map(({ leadId }) => stateOf(db, leadId ?? "")));
  expect(owners.map(({ owner }) => owner !== null)).toEqual([true, false, true]);
});

test("a test arrival never meets the list of people", async ({ db }) => {
  await suppress(db, [spammed]);
  const { leadId } = await receiveOne(db, {
    attributes: someone({ email: spammed.value }),
    isTest: true,
  });
  expect(await stateOf(db, leadId)).toMatchObject({ held: false });
});

test("lifted, the lead is routed in the same transaction, its clock with all its time", async ({ db }) => {
  await suppress(db, [spammed]);
  const { leadId } = await receiveOne(db, { attributes: someone({ email: spammed.value }) });
  const later = await secondsLater(db, 86_400);
  expect(await lift(db, [spammed], { asOf: later })).toBe(1);
  expect(await stateOf(db, leadId)).toMatchObject({
    held: false,
    owner: "dora",
    routed: true,
    paused: false,
  });
  expect((await decisions(db, leadId)).map(({ action, effective }) => [action, effective])).toEqual([
    ["hold", false],
    ["queue", false],
    ["assign", true],
  ]);
  expect(
    await oneRow(
      db,
      `select clocks.running_since, clocks.elapsed_seconds::int as elapsed, clocks.due_at = leads.sla_due_at as same_deadline,
              clocks.next_at = leads.sla_warn_at as alarmed
         from app_public.leads join app_public.clocks on clocks.lead_id = leads.id`,
    ),
  ).toEqual({ running_since: later, elapsed: 0, same_deadline: true, alarmed: true });
  expect(await allValues(db, "select kind as value from app_public.notifications")).toEqual([
    "lead_assigned",
  ]);
});

test("lifted while nobody is there, it waits with a case like everybody else", async ({ db }) => {
  await absent(db, ["felix"]);
  await suppress(db, [spammed]);
  const { leadId } = await receiveOne(db, { attributes: someone({ email: spammed.value, country: "FR" }) });
  await lift(db, [spammed]);
  expect(await stateOf(db, leadId)).toMatchObject({ held: false, owner: null, routed: true });
  expect(
    await allValues(db, "select kind as value from app_public.exceptions where resolved_at is null"),
  ).toEqual(["nobody_available"]);
});

test("silence where consent is demanded is for people to look at; a granted word frees", async ({ db }) => {
  await demandConsent(db);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await stateOf(db, leadId)).toMatchObject({ held: true, owner: null });
  expect(await oneRow(db, "select kind, reason, lead_id, resolved_at from app_public.exceptions")).toEqual({
    kind: "gate_review",
    reason: "Held until people look: consent to contact was never spoken of.",
    lead_id: leadId,
    resolved_at: null,
  });
});

test("a second run holds nothing anew and routes nothing", async ({ db }) => {
  await demandConsent(db);
  await suppress(db, [spammed]);
  const received = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ email: spammed.value }) },
  ]);
  const everything = async () => [
    await allRows(db, "select * from app_public.decisions order by id"),
    await allRows(db, "select * from app_public.leads order by id"),
    await allRows(db, "select * from app_public.notifications order by id"),
    await allRows(db, "select * from app_public.exceptions order by id"),
    await allRows(db, "select * from app_public.clocks order by id"),
  ];
  const before = await everything();
  const later = await secondsLater(db, 60);
  await asWorker(db, () =>
    db.query("select app_private.apply_routes($1, app_private.current_revision(), $2)", [
      received.map(({ captureId }) => captureId),
      later,
    ]),
  );
  expect(await everything()).toEqual(before);
});

test("a held lead that comes again through a door that demands nothing stays held, each touch with its decision", async ({
  db,
}) => {
  await demandConsent(db);
  const attributes = someone({ external_id: "9" });
  const first = await receiveOne(db, { attributes });
  const touch = await receiveOne(db, { path: "partner-feed", attributes });
  expect(touch.leadId).toBe(first.leadId);
  expect(await stateOf(db, first.leadId)).toMatchObject({ held: true, owner: null });
  expect((await decisions(db, first.leadId)).map(({ trace_id, action }) => [trace_id, action])).toEqual(
    expect.arrayContaining([
      [first.traceId, "hold"],
      [touch.traceId, "hold"],
    ]),
  );
});

type Decision = { trace_id: string; action: string; reason: string; gate: string | null; effective: boolean };

function decisions(db: ClientBase, leadId: string): Promise<Decision[]> {
  return allRows(
    db,
    `select trace_id, action, reason, inputs ->> 'gate' as gate, superseded_by_id is null as effective
       from app_public.decisions where lead_id = $1 order by id`,
    [leadId],
  );
}

function stateOf(db: ClientBase, leadId: string) {
  return oneRow<{ held: boolean; owner: string | null }>(
    db,
    `select leads.held_at is not null as held, actors.slug as owner, leads.routed_at is not null as routed,
            leads.sla_paused_at is not null as paused, clocks.next_at as alarm
       from app_public.leads
       left join app_public.actors on actors.id = leads.owner_id
       left join app_public.clocks on clocks.lead_id = leads.id
      where leads.id = $1`,
    [leadId],
  );
}
