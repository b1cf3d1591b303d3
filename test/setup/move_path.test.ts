import { expect } from "vitest";
import { applyFolder } from "../../src/setup/apply.ts";
import { test } from "../support/database.ts";
import { acmeWith } from "./folder_of.ts";

test("a door that moves takes its contract and its duties along, without a new version", async ({
  database,
  db,
}) => {
  const folder = await acmeWith(
    "capture_paths.yaml",
    "territory: de\n    source: partner",
    "territory: fr\n    source: partner",
  );
  await applyFolder(database.urls.worker, folder);
  const { rows } = await db.query(
    `select territories.slug, max(contracts.version) as version, count(distinct responsibilities.duty)::int as duties
       from app_public.capture_paths
       join app_public.territories on territories.id = capture_paths.territory_id
       join app_public.contracts on contracts.path_id = capture_paths.id and contracts.territory_id = territories.id
       join app_public.responsibilities on responsibilities.path_id = capture_paths.id
                                       and responsibilities.territory_id = territories.id
      where capture_paths.slug = 'partner-feed' group by 1`,
  );
  expect(rows).toEqual([{ slug: "fr", version: 1, duties: 4 }]);
});
