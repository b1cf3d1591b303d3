import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { type Arrival, receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { addRoutingRules } from "../support/routing_rules.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("a contract's own team takes what lies in its territory, the sales team what does not", async ({
  db,
}) => {
  await route(db, "web-form", "sales-emea");
  expect(await teamOf(db, "de", "web-form")).toBe("sales-emea");
  expect(await teamOf(db, "emea", "web-form")).toBe("sales-emea");
  expect(await teamOf(db, "us", "web-form")).toBe("sales-us");
  expect(await teamOf(db, "de", "desk")).toBe("sales-de");
});

test("a team that was switched off takes nothing", async ({ db }) => {
  await route(db, "web-form", "sales-emea");
  await db.query("update app_public.teams set is_active = false where slug = 'sales-emea'");
  expect(await teamOf(db, "de", "web-form")).toBe("sales-de");
});

test("leads of one batch go to the team of their path, each in turn; a known lead keeps its owner", async ({
  db,
}) => {
  await route(db, "web-form", "sales-emea");
  const known = someone();
  const owners = await ownersOf(db, [
    { path: "desk", attributes: known },
    { path: "web-form", attributes: someone() },
    { path: "web-form", attributes: known },
    { path: "web-form", attributes: someone({ country: "US" }) },
    { path: "desk", attributes: someone() },
  ]);
  expect(owners).toEqual([
    "dora of sales-de",
    "mona of sales-emea",
    "dora of sales-de",
    "uma of sales-us",
    "dirk of sales-de",
  ]);
});

test("contract_team: a path's own team stands before the routing rules, as far as it reaches", async ({
  db,
}) => {
  await addRoutingRules(db, [
    { territory: "de", person: "doris" },
    { territory: "us", team: "sales-us" },
  ]);
  await route(db, "web-form", "sales-emea");
  const owners = await ownersOf(db, [
    { path: "web-form", attributes: someone() },
    { path: "desk", attributes: someone() },
    { path: "web-form", attributes: someone({ country: "US" }) },
  ]);
  expect(owners).toEqual(["mona of sales-emea", "doris of sales-de", "uma of sales-us"]);
});

/** Publishes and activates a version of the path's contract that routes to the team. */
async function route(db: ClientBase, path: string, team: string): Promise<void> {
  await db.query(
    `with published as (
       insert into app_public.contracts (path_id, territory_id, version, definition, team_id, published_at)
       select contracts.path_id, contracts.territory_id, contracts.version + 1, contracts.definition, teams.id, now()
         from app_public.capture_paths
         join app_public.contracts on contracts.id = capture_paths.active_contract_id
         join app_public.teams on teams.slug = $2
        where capture_paths.slug = $1
       returning id, path_id)
     update app_public.capture_paths set active_contract_id = published.id
       from published where capture_paths.id = published.path_id`,
    [path, team],
  );
}

async function teamOf(db: ClientBase, territory: string, path: string): Promise<string> {
  return oneValue(
    db,
    `select teams.slug as value from app_public.capture_paths
       join app_public.teams on teams.id = app_private.routing_team($1, capture_paths.active_contract_id)
      where capture_paths.slug = $2`,
    [await territoryId(db, territory), path],
  );
}

async function ownersOf(db: ClientBase, arrivals: Arrival[]): Promise<string[]> {
  const received = await receive(db, arrivals);
  const leads = await allRows<{ id: string; owner: string }>(
    db,
    `select leads.id, concat(actors.slug, ' of ', teams.slug) as owner from app_public.leads
       join app_public.actors on actors.id = leads.owner_id join app_public.teams on teams.id = leads.team_id`,
  );
  return received.map(({ leadId }) => leads.find(({ id }) => id === leadId)?.owner ?? "nobody");
}
