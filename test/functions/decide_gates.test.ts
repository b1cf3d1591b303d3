import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { demandConsent, said, suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

type Gate = { lead_id: string; gate: string; reasons: object[]; reason: string | null; was_held: boolean };

test("every lead of a batch gets its verdict, and looking changes nothing", async ({ db }) => {
  await suppress(db, [{ kind: "phone", value: "+49301" }]);
  const received = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ phone: "+49301", company_domain: "firm.example" }) },
  ]);
  const before = await oneValue(db, "select pg_current_xact_id_if_assigned()::text as value");
  const gates = await decide(
    db,
    received.map(({ captureId }) => captureId),
  );
  expect(gates.map(({ gate, was_held }) => [gate, was_held])).toEqual([
    ["automate", false],
    ["blocked", true],
  ]);
  expect(gates[0]).toMatchObject({ reasons: [], reason: null });
  expect(gates[1]?.reasons).toEqual([
    { gate: "blocked", check: "suppression", kind: "phone", reason: "complained" },
  ]);
  expect(await oneValue(db, "select pg_current_xact_id_if_assigned()::text as value")).toBe(before);
});

test("whatever speaks against it is named, the heavier first", async ({ db }) => {
  await demandConsent(db);
  await suppress(db, [
    { kind: "email", value: "x@firm.example" },
    { kind: "domain", value: "firm.example" },
  ]);
  const { captureId } = await receiveOne(db, { attributes: someone({ email: "x@firm.example" }) });
  const [gate] = await decide(db, [captureId]);
  expect(gate).toMatchObject({
    gate: "blocked",
    reason:
      "Held, nobody may contact the person: the company's domain is on the suppression list (complained); " +
      "the e-mail address is on the suppression list (complained); consent to contact was never spoken of.",
  });
  expect(gate?.reasons).toHaveLength(3);
});

test("a key of a merged lead counts for its survivor", async ({ db }) => {
  const survivor = await receiveOne(db, { attributes: someone() });
  const merged = await receiveOne(db, { attributes: someone({ email: "old@mail.example" }) });
  await db.query("update app_public.leads set merged_into_id = $1 where id = $2", [
    survivor.leadId,
    merged.leadId,
  ]);
  await suppress(db, [{ kind: "email", value: "old@mail.example" }]);
  expect((await decide(db, [survivor.captureId])).map(({ gate }) => gate)).toEqual(["blocked"]);
  expect(
    await asWorker(db, () =>
      allValues(db, "select kind as value from unnest(app_private.keys_of_lead($1))", [survivor.leadId]),
    ),
  ).toEqual(["email", "email"]);
});

test("a suppression counts until its end and not at it", async ({ db }) => {
  const until = await oneValue<Date>(db, "select now() + interval '1 hour' as value");
  await suppress(db, [{ kind: "email", value: "t@mail.example" }], { until });
  const { captureId } = await receiveOne(db, { attributes: someone({ email: "t@mail.example" }) });
  const at = async (offset: string) => {
    const asOf = await oneValue<Date>(db, "select $1::timestamptz + $2::interval as value", [until, offset]);
    return (await decide(db, [captureId], asOf)).map(({ gate }) => gate);
  };
  expect([await at("-1 millisecond"), await at("0")]).toEqual([["blocked"], ["automate"]]);
});

test("the latest word to a purpose counts, of words at one instant the later row", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const states = () =>
    asWorker(db, () =>
      allRows(db, "select purpose, state from app_private.consent_states($1) order by purpose", [leadId]),
    );
  expect(await states()).toEqual([]);
  for (const [state, at] of [
    ["granted", "2026-01-03"],
    ["denied", "2026-01-02"],
    ["withdrawn", "2026-01-03"],
  ] as const) {
    await db.query(
      `insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
       select id, territory_id, $2, $3, '1', uuidv7(), trace_id, $4 from app_public.leads where id = $1`,
      [leadId, said(state).purpose, state, at],
    );
  }
  expect(await states()).toEqual([{ purpose: "contact", state: "withdrawn" }]);
});

function decide(db: ClientBase, captureIds: string[], asOf?: Date): Promise<Gate[]> {
  return asWorker(db, () =>
    allRows<Gate>(
      db,
      "select verdict.* from app_private.decide_gates($1, app_private.current_revision(), coalesce($2, now())) as verdict order by verdict.lead_id",
      [captureIds, asOf ?? null],
    ),
  );
}

// suppressed_leads and missing_consents are its two questions; asked by themselves they answer nothing of others.
test("what is asked of some arrivals says nothing of those beside them", async ({ db }) => {
  await demandConsent(db);
  await suppress(db, [{ kind: "email", value: "q@mail.example" }]);
  const [held, other] = await receive(db, [
    { attributes: someone({ email: "q@mail.example" }) },
    { path: "partner-feed", attributes: someone({ external_id: "3" }) },
  ]);
  const ask = (question: string, captureId = "") =>
    asWorker(db, () => allRows(db, `select lead_id from app_private.${question}`, [[captureId]]));
  expect(await ask("suppressed_leads($1, now())", held?.captureId)).toEqual([{ lead_id: held?.leadId }]);
  expect(await ask("missing_consents($1)", held?.captureId)).toEqual([{ lead_id: held?.leadId }]);
  expect(await ask("suppressed_leads($1, now())", other?.captureId)).toEqual([]);
  expect(await ask("missing_consents($1)", other?.captureId)).toEqual([]);
});
