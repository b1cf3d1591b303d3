import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { asWorker, newTraceId, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows, oneRow } from "../support/rows.ts";

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
