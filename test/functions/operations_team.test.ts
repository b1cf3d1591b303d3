import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test.for([
  ["de", "operations"],
  ["global", "operations"],
  ["globex-nl", "globex-operations"],
] as const)("cases of %s reach the operations of the nearest ancestor", async ([slug, team], { db }) => {
  const found = await oneValue(
    db,
    "select slug as value from app_public.teams where id = app_private.operations_team($1)",
    [await territoryId(db, slug)],
  );
  expect(found).toBe(team);
});

test.for([
  [["de", "fr"], "emea"],
  [["de", "us"], "global"],
  [["de", "emea"], "emea"],
  [["de", "de"], "de"],
  [["de", "fr", "us"], "global"],
  [["de", "globex-nl"], null],
] as const)("%j have %s in common", async ([slugs, expected], { db }) => {
  const ids: number[] = [];
  for (const slug of slugs) ids.push(await territoryId(db, slug));
  const common = await oneValue(
    db,
    "select (select slug from app_public.territories where id = app_private.common_ancestor($1)) as value",
    [ids],
  );
  expect(common).toBe(expected);
});
