import type { Client } from "pg";
import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { stopActing } from "../support/act_as.ts";
import {
  acceptedOf,
  asWorker,
  processAccepted,
  receiveOne,
  someone,
  stageArrivals,
} from "../support/arrivals.ts";
import { demandConsent, said, suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

test("what people write down counts at once: granted, the lead is routed; withdrawn, it is held", async ({
  db,
}) => {
  await demandConsent(db);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await stateOf(db, leadId)).toEqual({ held: true, owner: null });
  await tell(db, "dora", leadId, "granted");
  expect(await stateOf(db, leadId)).toEqual({ held: false, owner: "dora" });
  expect(await allValues(db, "select outcome as value from app_public.exceptions")).toEqual(["freed"]);
  await tell(db, "dora", leadId, "withdrawn");
  expect(await stateOf(db, leadId)).toEqual({ held: true, owner: "dora" });
  expect(
    await oneValue(
      db,
      "select reason as value from app_public.decisions where lead_id = $1 and superseded_by_id is null",
      [leadId],
    ),
  ).toBe("Held, nobody may contact the person: consent to contact was withdrawn.");
});

test("a lead whose arrival grants what its door demands is routed as ever", async ({ db }) => {
  await demandConsent(db);
  const leadId = await arrive(db, someone(), said("granted"));
  expect(await stateOf(db, leadId)).toEqual({ held: false, owner: "dora" });
});

test("one that denies it is held, and no case is opened: there is nothing to find out", async ({ db }) => {
  await demandConsent(db);
  const leadId = await arrive(db, someone(), said("denied"));
  expect(await stateOf(db, leadId)).toEqual({ held: true, owner: null });
  expect(await allRows(db, "select from app_public.exceptions")).toEqual([]);
});

test("withdrawn through any door, it stops what another door had started", async ({ db }) => {
  await demandConsent(db);
  const attributes = someone({ external_id: "5" });
  const leadId = await arrive(db, attributes, said("granted"));
  await arrive(db, attributes, said("withdrawn"));
  expect(await stateOf(db, leadId)).toEqual({ held: true, owner: "dora" });
});

test("a word that claims to be of tomorrow does not stand against the one of today", async ({ db }) => {
  await demandConsent(db);
  const tomorrow = new Date(Date.now() + 20 * 3_600_000).toISOString();
  const leadId = await arrive(db, someone(), said("granted", "contact", tomorrow));
  expect(await stateOf(db, leadId)).toEqual({ held: false, owner: "dora" });
  await tell(db, "dora", leadId, "withdrawn");
  expect(await stateOf(db, leadId)).toEqual({ held: true, owner: "dora" });
});

test("a purpose that nobody demands holds nobody; the story has every word", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await tell(db, "dora", leadId, "withdrawn", "marketing");
  expect(await stateOf(db, leadId)).toEqual({ held: false, owner: "dora" });
  await act(db, "dora");
  expect(
    await allValues(
      db,
      `select story.summary as value from app_public.leads cross join lateral app_public.leads_story(leads) as story
        where leads.id = $1 and story.stage = 'consent'`,
      [leadId],
    ),
  ).toEqual(["Consent to marketing withdrawn."]);
  const [latest] = await allRows(
    db,
    `select states.purpose, states.state, (app_public.consents_source_event(states)).id is null as told_by_a_person
       from app_public.leads cross join lateral app_public.leads_consent_states(leads) as states where leads.id = $1`,
    [leadId],
  );
  expect(latest).toEqual({ purpose: "marketing", state: "withdrawn", told_by_a_person: true });
});

test("what came with an arrival names its touch", async ({ db }) => {
  const leadId = await arrive(db, someone(), said("granted"));
  await act(db, "dora");
  expect(
    await oneRow(
      db,
      `select (app_public.consents_source_event(consents)).lead_id from app_public.consents where lead_id = $1`,
      [leadId],
    ),
  ).toEqual({ lead_id: leadId });
});

test("what is no consent is refused, and leaves nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await act(db, "dora");
  const record = "select app_public.record_consent($1, $2, $3, $4)";
  for (const [purpose, state, version] of [
    ["Marketing!", "granted", "1"],
    ["marketing", "perhaps", "1"],
    ["marketing", null, "1"],
    [null, "granted", "1"],
    ["marketing", "granted", " "],
    ["marketing", "granted", null],
    ["marketing", "granted", "x".repeat(201)],
  ]) {
    expect([purpose, state, await refusalOf(db, record, [leadId, purpose, state, version])]).toEqual([
      purpose,
      state,
      "BADIN",
    ]);
  }
  expect(await allRows(db, "select from app_public.consents")).toEqual([]);
});

test("may_contact: never without the word, never who is held or on the list, and nobody who is not there", async ({
  db,
}) => {
  const leadId = await arrive(db, someone({ email: "ask@mail.example" }), said("granted", "marketing"));
  const may = (purpose: string | null, lead = leadId) =>
    asWorker(db, () =>
      oneValue(db, "select app_private.may_contact($1, $2, now()) as value", [lead, purpose]),
    );
  expect([await may("marketing"), await may("profiling"), await may(null)]).toEqual([true, false, true]);
  await tell(db, "dora", leadId, "withdrawn", "marketing");
  expect([await may("marketing"), await may(null)]).toEqual([false, true]);
  await suppress(db, [{ kind: "email", value: "ask@mail.example" }]);
  expect(await may(null)).toBe(false);
  expect(await may(null, "00000000-0000-7000-8000-000000000000")).toBe(false);
});

test("leads without an arrival are reviewed too: nothing happens", async ({ db }) => {
  await asWorker(db, () => db.query("select app_private.review_leads(array[uuidv7()], now())"));
  expect(await asWorker(db, () => oneValue(db, "select app_private.arrivals_of('{}') as value"))).toEqual([]);
});

async function tell(db: Client, who: string, leadId: string, state: string, purpose = "contact") {
  await act(db, who);
  await db.query("select app_public.record_consent($1, $2, $3, 'telephone script 3')", [
    leadId,
    purpose,
    state,
  ]);
  await stopActing(db);
}

async function arrive(
  db: Client,
  attributes: Record<string, string | number>,
  consent: object,
): Promise<string> {
  const arrivals = [{ attributes }];
  const ids = await stageArrivals(db, arrivals);
  const [accepted] = acceptedOf(arrivals, ids);
  if (accepted === undefined) throw new Error("Nothing was staged.");
  await processAccepted(db, [{ ...accepted, attributes: { ...accepted.attributes, consents: [consent] } }]);
  return oneValue(db, "select lead_id as value from app_public.captures where id = $1", [accepted.id]);
}

function stateOf(db: Client, leadId: string) {
  return oneRow(
    db,
    `select leads.held_at is not null as held, actors.slug as owner
       from app_public.leads left join app_public.actors on actors.id = leads.owner_id where leads.id = $1`,
    [leadId],
  );
}
