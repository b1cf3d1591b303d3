import type { Client, ClientBase } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { addGateRules } from "../support/gate_rules.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("an account on hold: people look, and who changes it lets the lead go (review_companies)", async ({
  db,
}) => {
  await account(db, { territory: "emea", owner: "dora", status: "on_hold" });
  await addGateRules(db, [{ territory: "global", account_status: ["on_hold", "former"], result: "review" }]);
  const { leadId } = await receiveOne(db, { attributes: someone({ company_domain: "acme.example" }) });
  expect(await effective(db, leadId)).toMatchObject({
    action: "hold",
    gate: "review",
    reason: "Held until people look: the account of acme.example is on hold.",
    reasons: [{ gate: "review", check: "account", position: 1, rule: expect.any(Number) }],
  });
  expect(await openCases(db)).toEqual(["gate_review"]);
  await act(db, "olga", (as) =>
    as.query("select app_public.edit_account('emea', 'acme.example', status => 'active')"),
  );
  expect(await effective(db, leadId)).toMatchObject({ action: "assign", owner: "dora" });
  expect(await openCases(db)).toEqual([]);
});

test("missing evidence blocks without a case; an edit that brings it routes the lead (review_held)", async ({
  db,
}) => {
  await addGateRules(db, [{ territory: "de", missing: ["phone", "company"], result: "blocked" }]);
  const { leadId } = await receiveOne(db, { attributes: someone({ company: "Acme" }) });
  expect(await effective(db, leadId)).toMatchObject({
    action: "hold",
    gate: "blocked",
    reason: "Held until more is known: it does not say phone.",
  });
  expect(await openCases(db)).toEqual([]);
  await act(db, "mona", (as) =>
    as.query(`select app_public.edit_lead($1, '{"phone": "+4930901820"}')`, [leadId]),
  );
  expect(await effective(db, leadId)).toMatchObject({ action: "assign", owner: "dora" });
});

test("a new touch that brings what is missing routes the lead, in its own transaction", async ({ db }) => {
  await addGateRules(db, [{ territory: "de", condition: "!exists($.employees)", result: "blocked" }]);
  const email = "again@mail.example";
  const { leadId } = await receiveOne(db, { attributes: someone({ email }) });
  expect(await effective(db, leadId)).toMatchObject({
    action: "hold",
    reason: "Held until more is known: gate rule 1 is met.",
  });
  await receiveOne(db, { attributes: someone({ email, employees: 12 }) });
  expect(await ownerOf(db, leadId)).toBe("dora");
});

test("old data, a low score: both are said", async ({ db }) => {
  await addGateRules(db, [
    { territory: "de", older_than_days: 30, result: "review" },
    { territory: "de", score_below: 100, result: "review" },
  ]);
  const fresh = await receiveOne(db, { attributes: someone() });
  expect(await effective(db, fresh.leadId)).toMatchObject({
    reason: expect.stringMatching(/^Held until people look: its score is \d+, less than 100\.$/),
  });
  const old = await receiveOne(db, {
    attributes: someone({ occurred_at: "2020-01-01T00:00:00Z" }),
  });
  expect((await effective(db, old.leadId)).reason).toContain(
    "nothing was heard of the person for more than 30 days",
  );
});

test("ruled_leads: what a touch said counts when its arrival has lost its content", async ({ db }) => {
  const old = await receiveOne(db, {
    attributes: someone({ occurred_at: "2020-01-01T00:00:00Z", employees: 12 }),
  });
  await addGateRules(db, [
    { territory: "de", older_than_days: 30, result: "review" },
    { territory: "de", condition: "$.employees < 50 && exists($.occurred_at)", result: "blocked" },
  ]);
  const sentences = async () =>
    (
      await allRows<{ sentence: string }>(
        db,
        `select ruled.sentence from app_private.ruled_leads(array[$1]::uuid[], null, app_private.current_revision(), now()) as ruled
          order by 1`,
        [old.leadId],
      )
    ).map(({ sentence }) => sentence);
  const all = ["gate rule 2 is met", "nothing was heard of the person for more than 30 days"];
  expect(await sentences()).toEqual(all);
  await asWorker(db, () =>
    db.query("select app_private.scrub_captures(array[$1]::uuid[], now())", [old.captureId]),
  );
  expect(await sentences()).toEqual(all);
});

test("whoever may be the same person as another waits until somebody says that they are two", async ({
  db,
}) => {
  await addGateRules(db, [{ territory: "global", doubtful: true, result: "review" }]);
  const first = await receiveOne(db, { attributes: someone() });
  const { leadId, captureId, traceId } = await receiveOne(db, { attributes: someone() });
  await db.query(
    `insert into app_public.match_candidates (territory_id, lead_id, other_lead_id, capture_id, trace_id, evidence, opened_at)
     select territory_id, id, $2, $3, $4, '{}', now() from app_public.leads where id = $1`,
    [leadId, first.leadId, captureId, traceId],
  );
  const gates = await asWorker(db, () =>
    allRows(
      db,
      `select ruled.* from app_public.leads
        cross join lateral app_private.decide_gate_rules(leads, '{}', now(), app_private.current_revision(), now()) as ruled
        where leads.id = any ($1)`,
      [[leadId, first.leadId]],
    ),
  );
  expect(gates).toHaveLength(2);
  expect(gates[0]).toMatchObject({ gate: "review", sentence: "it may be the same person as another lead" });
});

test("the nearest territory counts for each subject, the own source before any; automate lifts", async ({
  db,
}) => {
  await addGateRules(db, [
    { territory: "global", missing: ["phone"], result: "blocked" },
    { territory: "de", missing: ["phone"], result: "automate" },
    { territory: "fr", missing: ["company"], result: "review" },
    { territory: "fr", source: "web", missing: ["city"], result: "review" },
  ]);
  const at = async (country: string) =>
    (await effective(db, (await receiveOne(db, { attributes: someone({ country }) })).leadId)).reason;
  expect(await at("DE")).toMatch(/^Assigned to dora/);
  expect(await at("GB")).toBe("Held until more is known: it does not say phone.");
  expect(await at("FR")).toMatch(/^Held until people look: it does not say c(ity|ompany)\.$/);
});

test("who has an owner, and leads of the past, are left alone; given by hand a held lead is free", async ({
  db,
}) => {
  const owned = await receiveOne(db, { attributes: someone({ email: "owned@mail.example" }) });
  await addGateRules(db, [{ territory: "global", missing: ["phone"], result: "review" }]);
  await receiveOne(db, { attributes: someone({ email: "owned@mail.example" }) });
  expect(
    await oneValue(db, "select held_at as value from app_public.leads where id = $1", [owned.leadId]),
  ).toBeNull();
  const past = await receiveOne(db, {
    path: "olist-mql",
    attributes: someone({ country: "BR", external_id: "1" }),
  });
  expect(await effective(db, past.leadId)).toMatchObject({ action: "assign" });
  const held = await receiveOne(db, { attributes: someone() });
  await act(db, "mona", (as) => as.query("select app_public.reassign_lead($1, 'doris')", [held.leadId]));
  expect(
    await oneRow(db, "select held_at, owner_id from app_public.leads where id = $1", [held.leadId]),
  ).toEqual({
    held_at: null,
    owner_id: await actorId(db, "doris"),
  });
});

test("a condition that cannot be evaluated counts as no match, and the decision says so", async ({ db }) => {
  await addGateRules(db, [
    { territory: "de", condition: "$.segment > 5", result: "blocked" },
    { territory: "de", condition: "$.employees > 5", result: "blocked" },
  ]);
  const unread = { gate: "automate", check: "evidence", rule: expect.any(Number), position: 1, unread: true };
  const strange = await receiveOne(db, { attributes: someone({ segment: "public" }) });
  expect(await effective(db, strange.leadId)).toMatchObject({
    action: "assign",
    gate: "automate",
    reasons: [unread],
  });
  const usual = await receiveOne(db, { attributes: someone() });
  expect(await effective(db, usual.leadId)).toMatchObject({ action: "assign", reasons: null });
  const held = await receiveOne(db, { attributes: someone({ segment: "public", employees: 6 }) });
  expect(await effective(db, held.leadId)).toMatchObject({
    action: "hold",
    gate: "blocked",
    reason: "Held until more is known: gate rule 2 is met.",
    reasons: [{ gate: "blocked", position: 2 }, unread],
  });
});

test("who waits in the queue is told the same, beside leads that the gate holds", async ({ db }) => {
  await addGateRules(db, [
    { territory: "de", condition: "$.segment > 5 || $.employees > 5", result: "review" },
  ]);
  await absent(db, ["dora", "dirk", "doris", "dieter"], new Date("2199-12-31T18:00:00Z"));
  const [queued, held] = await receive(db, [
    { attributes: someone({ segment: "public" }) },
    { attributes: someone({ segment: "public", employees: 6 }) },
  ]);
  expect(await effective(db, queued?.leadId ?? "")).toMatchObject({
    action: "queue",
    reasons: [{ gate: "automate", unread: true }],
  });
  expect(await effective(db, held?.leadId ?? "")).toMatchObject({ action: "hold", gate: "review" });
});

async function act(db: Client, slug: string, work: (db: Client) => Promise<unknown>): Promise<void> {
  await actAs(db, await actorId(db, slug));
  await work(db);
  await stopActing(db);
}

function effective(
  db: ClientBase,
  leadId: string,
): Promise<{
  action: string;
  reason: string;
  gate: string | null;
  owner: string | null;
  reasons: object[] | null;
}> {
  return oneRow(
    db,
    `select decisions.action, decisions.reason, decisions.inputs ->> 'gate' as gate, decisions.inputs -> 'reasons' as reasons,
            actors.slug as owner
       from app_public.decisions join app_public.leads on leads.id = decisions.lead_id and leads.trace_id = decisions.trace_id
       left join app_public.actors on actors.id = leads.owner_id
      where decisions.lead_id = $1 and decisions.superseded_by_id is null and decisions.kind = 'route'`,
    [leadId],
  );
}

async function openCases(db: ClientBase): Promise<string[]> {
  const rows = await allRows<{ kind: string }>(
    db,
    "select kind from app_public.exceptions where resolved_at is null",
  );
  return rows.map(({ kind }) => kind);
}
