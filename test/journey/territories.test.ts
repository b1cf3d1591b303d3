import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { acmeWith, change } from "../setup/folder_of.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";

const FR = "  - { slug: fr, parent: emea,";
const RULES = [
  '  - { territory: berlin, country: DE, postal_prefix: "10" }',
  '  - { territory: de, country: DE, postal_prefix: "109" }',
  "  - { territory: mitte, country: DE, segment: public, employees_min: 1000 }",
].join("\n");

test("a market is cut into patches by postal code and size; what they lack they take from above", async ({
  database,
}) => {
  const patches = [
    "  - { slug: berlin, parent: de, name: Berlin, kind: patch, time_zone: Europe/Berlin }",
    "  - { slug: mitte, parent: berlin, name: Mitte, kind: patch, time_zone: Europe/Berlin }",
  ];
  const folder = await acmeWith("territories.yaml", FR, `${patches.join("\n")}\n${FR}`);
  await change(folder, "territory_rules.yaml", "territory_rules:", `territory_rules:\n${RULES}`);
  await applyFolder(database.urls.worker, folder);
  await withConnection(database.urls.worker, async (worker) => {
    const received = await receive(worker, [
      { attributes: someone({ postal_code: "10115" }) },
      { attributes: someone({ postal_code: "10961" }) },
      { attributes: someone() }, // the postal code omitted
      { attributes: someone({ postal_code: "10115", segment: "public", employees: 1_000 }) },
    ]);
    const leads = await leadsOf(worker);
    expect(received.map(({ leadId }) => leads.get(leadId ?? ""))).toEqual([
      "berlin to dora of sales-de by first-response-de-web",
      "de to dirk of sales-de by first-response-de-web",
      "de to doris of sales-de by first-response-de-web",
      "mitte to dieter of sales-de by first-response-de-web",
    ]);
  });
});

async function leadsOf(worker: Client): Promise<Map<string, string>> {
  const rows = await allRows<{ id: string; text: string }>(
    worker,
    `select leads.id, format('%s to %s of %s by %s', territories.slug, actors.slug, teams.slug, sla_policies.slug) as text
       from app_public.leads
       join app_public.territories on territories.id = leads.territory_id
       join app_public.actors on actors.id = leads.owner_id
       join app_public.teams on teams.id = leads.team_id
       join app_public.sla_policies on sla_policies.id = leads.sla_policy_id`,
  );
  return new Map(rows.map(({ id, text }) => [id, text]));
}
