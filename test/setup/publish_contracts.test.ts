import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applySetup } from "../../src/setup/apply.ts";
import { readSetup } from "../../src/setup/read.ts";
import { acceptedOf, processAccepted, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows, allValues } from "../support/rows.ts";
import { ACME } from "./folder_of.ts";

test("a contract's own rules, team and terms are published with it, and each capture pins the version that judged it", async ({
  database,
}) => {
  const setup = await readSetup(ACME);
  const path = setup.organization.capture_paths.find(({ slug }) => slug === "web-form");
  if (path === undefined) throw new Error("The sample organization has no web-form.");
  const arrival = { attributes: someone({ country: "DE", language: "fr" }) };
  await withConnection(database.urls.superuser, async (root) => {
    const before = await stageArrivals(root, [arrival]);
    path.contract = {
      ...path.contract,
      territory_rules: [
        { territory: "fr", condition: '$.language == "fr"' },
        { territory: "uk", condition: "exists($.phone)" },
      ],
      routing: { team: "sales-emea" },
    };
    await withConnection(database.urls.worker, (worker) => applySetup(worker, setup, {}));
    const after = await stageArrivals(root, [arrival]);
    expect(
      await allRows(
        root,
        `select contracts.version, teams.slug as team, territories.slug as territory, contract_rules.position
           from app_public.contracts
           join app_public.capture_paths on capture_paths.active_contract_id = contracts.id
           join app_public.teams on teams.id = contracts.team_id
           join app_public.contract_rules on contract_rules.contract_id = contracts.id
           join app_public.territories on territories.id = contract_rules.territory_id
          where capture_paths.slug = 'web-form' order by contract_rules.position`,
      ),
    ).toEqual([
      { version: 2, team: "sales-emea", territory: "fr", position: 1 },
      { version: 2, team: "sales-emea", territory: "uk", position: 2 },
    ]);
    const versions = `select contracts.version as value from unnest($1::uuid[]) with ordinality as wanted (id, n)
      join app_public.captures using (id) join app_public.contracts on contracts.id = captures.contract_id order by n`;
    expect(await allValues(root, versions, [[...before, ...after]])).toEqual([1, 2]);
    await processAccepted(root, [...acceptedOf([arrival], before)]);
    await processAccepted(
      root,
      acceptedOf([{ attributes: someone({ country: "DE", language: "fr" }) }], after),
    );
    expect(
      await allRows(
        root,
        `select territories.slug as territory, teams.slug as team from app_public.leads
           join app_public.territories on territories.id = leads.territory_id
           join app_public.teams on teams.id = leads.team_id order by leads.id`,
      ),
    ).toEqual([
      { territory: "de", team: "sales-de" },
      { territory: "fr", team: "sales-emea" },
    ]);
  });
});
