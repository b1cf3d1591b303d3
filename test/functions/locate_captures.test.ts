import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, acceptedOf, asWorker, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { addRules } from "../support/territory_rules.ts";

const HERE = { attributes: someone({ country: "DE" }) };
const NOWHERE = { attributes: someone({ country: "JP" }) };

test("located captures travel on in order of arrival, still pending", async ({ db }) => {
  const ids = await stageArrivals(db, [
    HERE,
    { path: "globex-form", attributes: someone({ country: "NL" }) },
  ]);
  expect(
    await locate(db, [HERE, { path: "globex-form", attributes: someone({ country: "NL" }) }], ids),
  ).toEqual([
    { capture_id: ids[0], territory: "de", boundary: "global", source: "web-form", is_history: false },
    {
      capture_id: ids[1],
      territory: "globex-nl",
      boundary: "globex",
      source: "globex-form",
      is_history: false,
    },
  ]);
  const pending = await allRows(db, "select from app_public.captures where status = 'pending'");
  expect(pending).toHaveLength(2);
});

test("one that belongs nowhere is quarantined for the capture team, and its neighbours travel on", async ({
  db,
}) => {
  const arrivals = [HERE, NOWHERE];
  const ids = await stageArrivals(db, arrivals);
  expect(await locate(db, arrivals, ids)).toMatchObject([{ capture_id: ids[0] }]);
  const lost = await oneRow(
    db,
    `select captures.id, captures.outcome, captures.attributes ->> 'country' as country, exceptions.kind,
            teams.slug as team, exceptions.runbook
       from app_public.captures join app_public.exceptions on exceptions.capture_id = captures.id
       join app_public.teams on teams.id = exceptions.owner_team_id where captures.status = 'quarantined'`,
  );
  expect(lost).toEqual({
    id: ids[1],
    outcome: "no_territory",
    country: "JP",
    kind: "no_territory",
    team: "operations",
    runbook: "docs/runbooks/no_territory.md",
  });
});

test("missing_match_fields: whoever looks at a lost arrival reads what the rules asked for and it did not say", async ({
  db,
}) => {
  const revision = await addRules(db, [
    { territory: "de", country: "DE", postal_prefix: "1" },
    { territory: "fr", language: "fr", employees_min: 10 },
    { territory: "globex-nl", segment: "public" },
  ]);
  const omitted = { attributes: someone({ country: "DE" }) };
  await locate(db, [omitted], await stageArrivals(db, [omitted]));
  const { reason } = await oneRow<{ reason: string }>(db, "select reason from app_public.exceptions");
  expect(reason).toContain("asks for what it does not say: employees, language, postal_code");
  const nothing = await oneRow(
    db,
    `select fields from app_private.missing_match_fields('{"country": "DE", "postal_code": "9", "language": "de", "employees": 3}',
       (select id from app_public.territories where slug = 'global'), $1)`,
    [revision],
  );
  expect(nothing).toEqual({ fields: null });
});

test("an arrival without the field that rules ask for goes to its contract's fallback, if there is one", async ({
  db,
}) => {
  await addRules(db, [{ territory: "fr", country: "DE", postal_prefix: "1" }]);
  const arrivals = [
    { path: "partner-feed", attributes: someone({ country: "DE" }) },
    { path: "partner-feed", attributes: someone({ country: "DE", postal_code: "10115" }) },
  ];
  const ids = await stageArrivals(db, arrivals);
  expect(await locate(db, arrivals, ids)).toMatchObject([{ territory: "de" }, { territory: "fr" }]);
});

test("a second run locates nothing again", async ({ db }) => {
  const ids = await stageArrivals(db, [NOWHERE]);
  await locate(db, [NOWHERE], ids);
  expect(await locate(db, [NOWHERE], ids)).toEqual([]);
  expect(await allRows(db, "select from app_public.exceptions")).toHaveLength(1);
});

function locate(db: ClientBase, arrivals: Arrival[], ids: string[]) {
  return asWorker(db, () =>
    allRows(
      db,
      `select located.capture_id, territories.slug as territory, boundaries.slug as boundary, located.source, located.is_history
         from unnest(app_private.locate_captures($1, app_private.current_revision(), now())) with ordinality as located
         join app_public.territories on territories.id = located.territory_id
         join app_public.territories as boundaries on boundaries.id = located.boundary_id
        order by located.ordinality`,
      [JSON.stringify(acceptedOf(arrivals, ids))],
    ),
  );
}
