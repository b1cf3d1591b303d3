import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { expect } from "vitest";
import { stopActing } from "../support/act_as.ts";
import { act, test } from "./land.ts";
import { refusal } from "./refusal.ts";

const ROLES = ["rep", "manager", "operations", "viewer", "admin"] as const;
type Role = (typeof ROLES)[number];

/** Whose the lead or the case is, seen from the actor of a role. */
const OWNERS = ["mine", "nobody's", "a colleague's"] as const;
type Owner = (typeof OWNERS)[number];

type Target = {
  leadId: string;
  exceptionId: string;
  captureId: string;
  keyHolder: string;
  keyPrefix: string;
};

/** Every mutation, the action of app_private.permissions that it asks for, and one use of it. */
const MUTATIONS: Record<string, { action: string; sql: string; values: (target: Target) => unknown[] }> = {
  accept_lead: {
    action: "work_lead",
    sql: "select app_public.accept_lead($1)",
    values: ({ leadId }) => [leadId],
  },
  bulk_reassign_leads: {
    action: "reassign_lead",
    sql: "select app_public.bulk_reassign_leads('dora')",
    values: () => [],
  },
  capture_lead: {
    action: "capture",
    sql: `select app_public.capture_lead('partner-feed', '{"email": "a@example.com"}')`,
    values: () => [],
  },
  change_lead_status: {
    action: "work_lead",
    sql: "select app_public.change_lead_status($1, 'qualified')",
    values: ({ leadId }) => [leadId],
  },
  claim_lead: {
    action: "work_lead",
    sql: "select app_public.claim_lead($1)",
    values: ({ leadId }) => [leadId],
  },
  correct_capture: {
    action: "work_quarantine",
    sql: `select app_public.correct_capture($1, '{"/email": "a@example.com"}')`,
    values: ({ captureId }) => [captureId],
  },
  create_api_key: {
    action: "administer",
    sql: "select app_public.create_api_key($1, '{read}')",
    values: ({ keyHolder }) => [keyHolder],
  },
  decline_lead: {
    action: "work_lead",
    sql: "select app_public.decline_lead($1, 'No time.')",
    values: ({ leadId }) => [leadId],
  },
  discard_captures: {
    action: "work_quarantine",
    sql: "select app_public.discard_captures(array[$1::uuid], 'spam')",
    values: ({ captureId }) => [captureId],
  },
  edit_account: {
    action: "edit_account",
    sql: "select app_public.edit_account('de', 'matrix.example')",
    values: () => [],
  },
  edit_lead: {
    action: "edit_lead",
    sql: `select app_public.edit_lead($1, '{"first_name": "Ana"}')`,
    values: ({ leadId }) => [leadId],
  },
  erase_lead: {
    action: "erase_person",
    sql: "select app_public.erase_lead($1)",
    values: ({ leadId }) => [leadId],
  },
  export_person: {
    action: "export_person",
    sql: "select app_public.export_person($1)",
    values: ({ leadId }) => [leadId],
  },
  log_activity: {
    action: "work_lead",
    sql: "select app_public.log_activity($1, 'call')",
    values: ({ leadId }) => [leadId],
  },
  merge_leads: {
    action: "merge_leads",
    sql: "select app_public.merge_leads($1, $1)",
    values: ({ leadId }) => [leadId],
  },
  reassign_lead: {
    action: "reassign_lead",
    sql: "select app_public.reassign_lead($1, 'dirk')",
    values: ({ leadId }) => [leadId],
  },
  record_consent: {
    action: "work_lead",
    sql: "select app_public.record_consent($1, 'marketing', 'withdrawn', '1')",
    values: ({ leadId }) => [leadId],
  },
  release_captures: {
    action: "work_quarantine",
    sql: "select app_public.release_captures(array[$1::uuid])",
    values: ({ captureId }) => [captureId],
  },
  resolve_exception: {
    action: "handle_exception",
    sql: "select app_public.resolve_exception($1, 'done')",
    values: ({ exceptionId }) => [exceptionId],
  },
  revalidate_captures: {
    action: "work_quarantine",
    sql: "select app_public.revalidate_captures(array[$1::uuid])",
    values: ({ captureId }) => [captureId],
  },
  revoke_api_key: {
    action: "administer",
    sql: "select app_public.revoke_api_key($1)",
    values: ({ keyPrefix }) => [keyPrefix],
  },
  set_absence: {
    action: "reassign_lead",
    sql: "select app_public.set_absence('dora', now(), now() + interval '1 day')",
    values: () => [],
  },
  suppress_person: {
    action: "work_lead",
    sql: "select app_public.suppress_person($1)",
    values: ({ leadId }) => [leadId],
  },
  undo_lead_edits: {
    action: "edit_lead",
    sql: "select app_public.undo_lead_edits($1, '{first_name}')",
    values: ({ leadId }) => [leadId],
  },
  unmerge_lead: {
    action: "merge_leads",
    sql: "select app_public.unmerge_lead($1)",
    values: ({ leadId }) => [leadId],
  },
  unsuppress_person: {
    action: "lift_suppression",
    sql: "select app_public.unsuppress_person($1)",
    values: ({ leadId }) => [leadId],
  },
};

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

for (const [name, { action, sql, values }] of Object.entries(MUTATIONS)) {
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
        const code = await refusal(db, sql, values(target));
        outcomes.push(`${role}, ${owner}: ${PAST_THE_GATE.includes(code) ? "allowed" : code}`);
        expected.push(`${role}, ${owner}: ${allows(scope, owner) ? "allowed" : "DENID"}`);
      }
    }
    expect(outcomes).toEqual(expected);
  });

  test(`${name}: hidden and absent get the same answer from everybody`, async ({ db }) => {
    if (action === "capture") return; // its target is a path: the next test
    const target = await createTarget(db, null);
    const absent = {
      leadId: randomUUID(),
      exceptionId: randomUUID(),
      captureId: randomUUID(),
      keyHolder: "no-such-actor",
      keyPrefix: "000000000000",
    };
    for (const who of ["felix", "uma", "marco", "nina", "gus", null]) {
      await act(db, who);
      const hiddenAnswer = await answerTo(db, sql, values(target));
      expect([who, hiddenAnswer]).toEqual([who, { code: "NFUND", message: "Not there for this actor" }]);
      expect([who, await answerTo(db, sql, values(absent))]).toEqual([who, hiddenAnswer]);
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
    "reassign_lead: admin any, manager any, operations any",
    "work_lead: admin any, manager any, operations any, rep own_or_unowned",
    "work_quarantine: admin any, operations any",
  ]);
});

/** What a scope of the permissions means for a row: the same words as in app_hidden.require. */
function allows(scope: string | null, owner: Owner): boolean {
  if (scope === "any") return true;
  if (scope === "own" || scope === "own_team") return owner === "mine";
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

/** One person for each role, all in Germany, and a colleague who owns what is not theirs. */
async function createActors(db: Client): Promise<Record<Role | "colleague", number>> {
  const create = async (name: string, role: Role) => {
    const { rows } = await db.query<{ id: number }>(
      `with created as (insert into app_public.actors (kind, slug, name) values ('person', $1, $1) returning id),
            joined as (insert into app_public.memberships select created.id, territories.id, $2
                         from created, app_public.territories where territories.slug = 'de')
       select id from created`,
      [`matrix-${name}`, role],
    );
    return rows[0]?.id ?? 0;
  };
  return {
    rep: await create("rep", "rep"),
    manager: await create("manager", "manager"),
    operations: await create("operations", "operations"),
    viewer: await create("viewer", "viewer"),
    admin: await create("admin", "admin"),
    colleague: await create("colleague", "rep"),
  };
}

/** A German lead of this owner, and a case about it in a team that the owner is the only member of. */
async function createTarget(db: Client, ownerId: number | null): Promise<Target> {
  await stopActing(db);
  const { rows } = await db.query<Target>(CREATE_TARGET, [ownerId, `team-${randomUUID()}`, randomUUID()]);
  const [target] = rows;
  if (target === undefined) throw new Error("The target was not made.");
  await db.query(
    `insert into app_public.team_members (team_id, territory_id, actor_id, position)
     select exceptions.owner_team_id, exceptions.territory_id, $2, 1 from app_public.exceptions
      where exceptions.id = $1 and $2::int is not null`,
    [target.exceptionId, ownerId],
  );
  return target;
}

const CREATE_TARGET = `
  with place as (select id from app_public.territories where slug = 'de'),
       team as (insert into app_public.teams (territory_id, slug, name) select place.id, $2, $2 from place returning id, territory_id),
       lead as (
         insert into app_public.leads (territory_id, owner_id, owned_at, source, trace_id, first_seen_at, last_activity_at)
         select place.id, $1, case when $1::int is not null then now() end, 'web-form', md5($3), now(), now() from place
         returning id, territory_id),
       incident as (
         insert into app_public.exceptions (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
         select lead.territory_id, 'processing_failed', 'By hand', lead.id, team.id, team.id, 'docs/runbooks/processing_failed.md', now(), now() + interval '1 hour'
           from lead, team
         returning id),
       refused as (
         insert into app_public.captures (path_id, territory_id, trace_id, body, status, outcome, violations, processed_at)
         select capture_paths.id, place.id, md5($3), '{}', 'quarantined', 'contract_violation', '[]', now()
           from place, app_public.capture_paths where capture_paths.slug = 'web-form'
         returning id),
       holder as (insert into app_public.actors (kind, slug, name) values ('api_key', $2, $2) returning id, slug),
       joined as (insert into app_public.memberships select holder.id, place.id, 'viewer' from holder, place),
       api_key as (
         insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, created_at)
         select holder.id, left(md5($3), 12), sha256('secret'), '{read}', now() from holder returning prefix)
  select lead.id as "leadId", incident.id as "exceptionId", refused.id as "captureId", holder.slug as "keyHolder", api_key.prefix as "keyPrefix"
    from lead, incident, refused, holder, api_key`;

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
