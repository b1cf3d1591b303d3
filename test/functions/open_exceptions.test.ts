import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { asWorker, newTraceId, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, refusalOf } from "../support/rows.ts";

test.for([
  ["contract_violation", "globex-form", "globex-operations", 2],
  ["possible_duplicate", "globex-form", "sales-globex-nl", 24],
  ["territory_conflict", "partner-feed", "operations", 24],
  ["nobody_available", "partner-feed", "sales-de", 4],
] as const)("a case %s of %s belongs to %s for %i hours", async ([kind, path, team, hours], { db }) => {
  await open(db, kind, path);
  expect(await oneRow(db, CASES)).toEqual({
    kind,
    team,
    hours,
    runbook: `docs/runbooks/${kind}.md`,
    has_escalation: true,
    outcome: null,
  });
});

test("the contract in force on the path names another duty and another time", async ({ db }) => {
  await db.query("alter table app_public.contracts disable trigger _100_refuse_change");
  await db.query(
    `update app_public.contracts set definition = definition || jsonb_build_object('exceptions', $1::jsonb)
       from app_public.capture_paths
      where capture_paths.active_contract_id = contracts.id and capture_paths.slug = 'partner-feed'`,
    [
      {
        contract_violation: { duty: "execution", resolve_seconds: 3600 },
        no_territory: { resolve_seconds: 10_800 },
        possible_duplicate: { duty: "operations" },
      },
    ],
  );
  const kinds = ["contract_violation", "no_territory", "possible_duplicate", "nobody_available"];
  for (const kind of kinds) await open(db, kind, "partner-feed");
  await open(db, "contract_violation", "desk");
  expect(
    (await allRows<{ kind: string; team: string; hours: number }>(db, `${CASES} order by exceptions.id`)).map(
      ({ kind, team, hours }) => `${kind} ${team} ${hours}`,
    ),
  ).toEqual([
    "contract_violation sales-de 1",
    "no_territory operations 3",
    "possible_duplicate operations 24",
    "nobody_available sales-de 4",
    "contract_violation operations 2",
  ]);
});

test("where no path is involved the operations of the territory own it", async ({ db }) => {
  await open(db, "contract_violation", null);
  expect(await oneRow(db, CASES)).toMatchObject({ team: "operations" });
});

test("a case that is open for the same capture is left as it is; once resolved it opens anew", async ({
  db,
}) => {
  const [captureId] = await stageArrivals(db, [{ attributes: {} }]);
  await open(db, "contract_violation", "desk", captureId);
  await open(db, "contract_violation", "desk", captureId);
  await open(db, "no_territory", "desk", captureId);
  expect(await allRows(db, CASES)).toHaveLength(2);
  await db.query("update app_public.exceptions set resolved_at = now(), outcome = 'done'");
  await open(db, "contract_violation", "desk", captureId);
  expect(await allRows(db, CASES)).toHaveLength(3);
});

test("a policy names a team, a fallback and times; where the team does not reach, the duty decides", async ({
  db,
}) => {
  await db.query(
    `update app_public.exception_policies
        set team_id = (select id from app_public.teams where slug = 'sales-emea'), acknowledge_seconds = 60,
            fallback_team_id = (select id from app_public.teams where slug = 'sales-de'), holds_automation = true
      where kind = 'no_territory'`,
  );
  await open(db, "no_territory", "desk");
  await open(db, "no_territory", "globex-form");
  expect(
    await allRows(
      db,
      `select teams.slug as team, next.slug as next, extract(epoch from acknowledge_due_at - opened_at)::int as acknowledge, holds_automation
         from app_public.exceptions join app_public.teams on teams.id = owner_team_id join app_public.teams as next on next.id = escalation_team_id
        order by exceptions.id`,
    ),
  ).toEqual([
    { team: "sales-emea", next: "sales-de", acknowledge: 60, holds_automation: true },
    { team: "globex-operations", next: "globex-operations", acknowledge: 60, holds_automation: true },
  ]);
});

test("a case keeps the contract version and the revision that it was opened under", async ({ db }) => {
  await open(db, "no_territory", "desk");
  expect(
    await oneRow(
      db,
      `select capture_paths.slug as path, contract_version, revision = app_private.current_revision() as is_in_force
         from app_public.exceptions join app_public.capture_paths on capture_paths.id = exceptions.path_id`,
    ),
  ).toEqual({ path: "desk", contract_version: 1, is_in_force: true });
});

test("no open case is without an open owner team and an open escalation target, whoever writes it", async ({
  db,
}) => {
  await open(db, "nobody_available", "partner-feed");
  const close = "update app_public.teams set is_active = false where slug = ";
  await asWorker(db, async () => {
    expect(await refusalOf(db, `${close} 'sales-de'`)).toBe(FOREIGN_KEY); // has it
    expect(await refusalOf(db, `${close} 'sales-emea'`)).toBe(FOREIGN_KEY); // gets it next
    await db.query(`${close} 'sales-us'`);
    for (const column of ["owner_team_id", "escalation_team_id"]) {
      const give = `update app_public.exceptions set ${column} = (select id from app_public.teams where slug = $1)`;
      expect(await refusalOf(db, give, ["sales-us"])).toBe(FOREIGN_KEY);
      expect(await refusalOf(db, give, ["no-such-team"])).toBe(NOT_NULL);
      expect(await refusalOf(db, give, ["sales-fr"])).toBe("");
    }
    await db.query("update app_public.exceptions set resolved_at = opened_at, outcome = 'done'");
    await db.query(`${close} 'sales-de'`); // what is resolved holds nobody
    expect(await refusalOf(db, "update app_public.exceptions set resolved_at = null, outcome = null")).toBe(
      FOREIGN_KEY,
    );
  });
});

const FOREIGN_KEY = "23503";
const NOT_NULL = "23502";

const CASES = `select exceptions.kind, teams.slug as team, exceptions.runbook, exceptions.outcome,
    (extract(epoch from exceptions.due_at - exceptions.opened_at) / 3600)::int as hours, exceptions.escalation_team_id is not null as has_escalation
  from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id`;

async function open(db: ClientBase, kind: string, path: string | null, captureId?: string): Promise<void> {
  const home = await territoryId(db, path === "globex-form" ? "globex" : "de");
  await asWorker(db, () =>
    db.query(
      `select app_private.open_exceptions(array[row($1, $2,
         (select id from app_public.capture_paths where slug = $3), $4, $5, null, 'A reason', '{}')::app_private.exception_case], now())`,
      [kind, home, path, newTraceId(), captureId],
    ),
  );
}
