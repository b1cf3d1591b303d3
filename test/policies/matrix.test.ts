import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { expect } from "vitest";
import { stopActing } from "../support/act_as.ts";
import { act, test } from "./land.ts";
import { ABSENT, callOf, MUTATIONS } from "./mutations.ts";
import { refusal } from "./refusal.ts";
import { createActors, createTarget, ROLES, type Role } from "./targets.ts";

/** Whose the lead or the case is, seen from the actor of a role. */
const OWNERS = ["mine", "nobody's", "a colleague's"] as const;
type Owner = (typeof OWNERS)[number];

/** Past the gate a mutation may still say no for the state of things. */
const PAST_THE_GATE = ["allowed", "TAKEN", "STATE", "BADIN", "REUSE"];

test("the matrix knows every mutation that users may call", async ({ db }) => {
  const { rows } = await db.query<{ name: string }>(
    `select proname as name from pg_proc
      where pronamespace = 'app_public'::regnamespace and provolatile = 'v' and has_function_privilege('catchment_user', oid, 'execute')
      order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(MUTATIONS));
});

for (const [name, { action, args }] of Object.entries(MUTATIONS)) {
  test(`${name}: each role may do exactly what app_private.permissions says`, async ({ db }) => {
    const actors = await createActors(db);
    const outcomes: string[] = [];
    const expected: string[] = [];
    for (const role of ROLES) {
      const scope = await scopeOf(db, action, role);
      for (const owner of OWNERS) {
        const target = await createTarget(
          db,
          owner === "mine" ? actors[role] : owner === "nobody's" ? null : actors.colleague,
        );
        await act(db, actors[role]);
        const { sql, values } = callOf(name, args(target));
        const code = await refusal(db, sql, values);
        outcomes.push(`${role}, ${owner}: ${PAST_THE_GATE.includes(code) ? "allowed" : code}`);
        expected.push(`${role}, ${owner}: ${allows(scope, owner) ? "allowed" : "DENID"}`);
      }
    }
    expect(outcomes).toEqual(expected);
  });

  test(`${name}: hidden and absent get the same answer from everybody`, async ({ db }) => {
    if (action === "capture") return; // its target is a path: the next test
    const target = await createTarget(db, null);
    const [hidden, absent] = [callOf(name, args(target)), callOf(name, args(ABSENT))];
    for (const who of ["felix", "uma", "marco", "nina", "gus", null]) {
      await act(db, who);
      const hiddenAnswer = await answerTo(db, hidden.sql, hidden.values);
      expect([who, hiddenAnswer]).toEqual([who, { code: "NFUND", message: "Not there for this actor" }]);
      expect([who, await answerTo(db, absent.sql, absent.values)]).toEqual([who, hiddenAnswer]);
    }
  });
}

test("capture_lead: a path of another client is answered like one that is not there", async ({ db }) => {
  const capture = "select app_public.capture_lead($1, '{}')";
  for (const [who, hidden] of [
    ["dora", "globex-form"],
    ["gus", "web-form"],
    ["uma", "partner-feed"],
    [null, "web-form"],
  ] as const) {
    await act(db, who);
    const hiddenAnswer = await answerTo(db, capture, [hidden]);
    expect([who, hiddenAnswer]).toEqual([who, { code: "NFUND", message: "Not there for this actor" }]);
    expect([who, await answerTo(db, capture, ["no-such-path"])]).toEqual([who, hiddenAnswer]);
  }
});

test("reassign_lead: a person whom the actor does not see is answered like one that is not there", async ({
  db,
}) => {
  const { leadId } = await createTarget(db, null);
  await act(db, "mona");
  const reassign = "select app_public.reassign_lead($1, $2)";
  for (const hidden of ["nina", "gus", "bi_de", "partner", "uma"]) {
    expect([hidden, await refusal(db, reassign, [leadId, hidden])]).toEqual([hidden, "NFUND"]);
  }
  expect(await refusal(db, reassign, [leadId, "no-such-person"])).toBe("NFUND");
});

test("every action and role of the design stands in app_private.permissions", async ({ db }) => {
  const { rows } = await db.query<{ line: string }>(
    "select action || ': ' || string_agg(role || ' ' || scope, ', ' order by role) as line from app_private.permissions group by action order by action",
  );
  expect(rows.map(({ line }) => line)).toEqual([
    "administer: admin any",
    "capture: admin any, manager any, operations any, rep any",
    "claim_lead: admin any, manager any, operations any, rep any",
    "decide_approval: admin any, manager any, operations any, rep named",
    "edit_account: admin any, manager any, operations any",
    "edit_lead: admin any, manager any, operations any, rep own",
    "erase_person: admin any",
    "export_person: admin any",
    "handle_exception: admin any, manager any, operations any, rep own_team",
    "lift_suppression: admin any, manager any, operations any",
    "merge_leads: admin any, manager any, operations any",
    "own_settings: admin self, manager self, operations self, rep self, viewer self",
    "read: admin any, manager any, operations any, rep any, viewer any",
    "read_audit: admin any, manager any, operations any",
    "realign: admin any, operations any",
    "reassign_lead: admin any, manager any, operations any",
    "rehearse: admin any, operations any",
    "work_lead: admin any, manager any, operations any, rep own_or_unowned",
    "work_quarantine: admin any, operations any",
  ]);
});

/** What a scope of the permissions means for a row: the same words as in app_hidden.require. */
function allows(scope: string | null, owner: Owner): boolean {
  if (scope === "any") return true;
  if (scope === "own" || scope === "own_team" || scope === "named") return owner === "mine";
  return scope === "own_or_unowned" && owner !== "a colleague's";
}

async function scopeOf(db: Client, action: string, role: Role): Promise<string | null> {
  await stopActing(db);
  const { rows } = await db.query<{ scope: string }>(
    "select scope from app_private.permissions where action = $1 and role = $2",
    [action, role],
  );
  return rows[0]?.scope ?? null;
}

/** Everything of a refusal that could reach somebody. */
async function answerTo(db: Client, sql: string, values: unknown[]): Promise<Record<string, unknown>> {
  await db.query("savepoint attempt");
  const answer = await db.query(sql, values).then(
    () => ({ code: "allowed" }),
    ({ code, message, detail, hint }) => ({ code, message, detail, hint }),
  );
  await db.query("rollback to savepoint attempt");
  return answer;
}

test("quarantined_capture: what an arrival said is for those who work its quarantine off, and for nobody else", async ({
  db,
}) => {
  const actors = await createActors(db);
  const { captureId } = await createTarget(db, null);
  const read = "select body from app_public.quarantined_capture($1)";
  const outcomes: string[] = [];
  for (const role of ROLES) {
    await act(db, actors[role]);
    outcomes.push(`${role}: ${await refusal(db, read, [captureId])}`);
  }
  expect(outcomes).toEqual([
    "rep: DENID",
    "manager: DENID",
    "operations: allowed",
    "viewer: DENID",
    "admin: allowed",
  ]);
  for (const who of ["felix", "uma", "marco", "nina", "gus", null]) {
    await act(db, who);
    const hiddenAnswer = await answerTo(db, read, [captureId]);
    expect([who, hiddenAnswer]).toEqual([who, { code: "NFUND", message: "Not there for this actor" }]);
    expect([who, await answerTo(db, read, [randomUUID()])]).toEqual([who, hiddenAnswer]);
  }
});
