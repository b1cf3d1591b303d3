import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, secondsLater, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

const VIOLATIONS = [
  { kind: "missing", path: "/email", message: "email is missing" },
  { kind: "extra", path: "/colour", message: "colour is not known" },
];

test("a refused capture is kept with what it violates, and the path's capture team has two hours", async ({
  db,
}) => {
  const [id] = await stageArrivals(db, [{ path: "globex-form", attributes: {} }]);
  const asOf = await secondsLater(db, 60);
  await quarantine(db, [{ id, violations: VIOLATIONS }], asOf);

  const capture = await oneRow(
    db,
    "select status, outcome, violations, processed_at, lead_id from app_public.captures",
  );
  expect(capture).toEqual({
    status: "quarantined",
    outcome: "contract_violation",
    violations: VIOLATIONS,
    processed_at: asOf,
    lead_id: null,
  });
  expect(await cases(db)).toEqual([
    {
      capture_id: id,
      kind: "contract_violation",
      reason: "contract violation: email is missing; colour is not known",
      same_trace: true,
      at_home: true,
      team: "globex-operations",
      hours: 2,
      runbook: "docs/runbooks/contract_violation.md",
      opened_at: asOf,
    },
  ]);
});

test("the kind of a failure names its outcome and its case", async ({ db }) => {
  const [id] = await stageArrivals(db, [{ path: "partner-feed", attributes: someone() }]);
  await quarantine(db, [{ id, kind: "processing_failed", violations: VIOLATIONS.slice(0, 1) }]);
  expect(await cases(db)).toMatchObject([
    {
      kind: "processing_failed",
      team: "operations",
      hours: 2,
      runbook: "docs/runbooks/processing_failed.md",
    },
  ]);
});

test("a second run changes nothing", async ({ db }) => {
  const ids = await stageArrivals(db, [{ attributes: {} }, { attributes: {} }]);
  await quarantine(
    db,
    ids.map((id) => ({ id, violations: VIOLATIONS })),
  );
  const before = await everything(db);
  await quarantine(
    db,
    ids.map((id) => ({ id, kind: "no_territory", violations: [] })),
    await secondsLater(db, 600),
  );
  expect(await everything(db)).toEqual(before);
  expect(before.cases).toHaveLength(2);
});

test("a capture that is no longer pending is left alone", async ({ db }) => {
  const [id] = await stageArrivals(db, [{ attributes: {} }]);
  await db.query("update app_public.captures set status = 'error', processed_at = now()");
  await quarantine(db, [{ id, violations: VIOLATIONS }]);
  expect(await everything(db)).toMatchObject({ cases: [], captures: [{ status: "error" }] });
});

test("nothing refused opens nothing", async ({ db }) => {
  await quarantine(db, []);
  expect(await cases(db)).toEqual([]);
});

async function quarantine(db: ClientBase, refused: object[], asOf?: Date): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, coalesce($2, now()))", [
      JSON.stringify(refused),
      asOf ?? null,
    ]),
  );
}

function cases(db: ClientBase) {
  return allRows(
    db,
    `select exceptions.capture_id, exceptions.kind, exceptions.reason, exceptions.runbook, exceptions.opened_at,
            exceptions.trace_id = captures.trace_id as same_trace,
            exceptions.territory_id = captures.territory_id as at_home, teams.slug as team,
            extract(hours from exceptions.due_at - exceptions.opened_at)::int as hours
       from app_public.exceptions join app_public.captures on captures.id = exceptions.capture_id
       join app_public.teams on teams.id = exceptions.owner_team_id order by exceptions.capture_id`,
  );
}

async function everything(db: ClientBase) {
  return {
    captures: await allRows(db, "select * from app_public.captures order by id"),
    cases: await cases(db),
  };
}
