import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";

test.for([
  ["de", "sales-de"],
  ["uk", "sales-emea"], // has no team of its own
  ["emea", "sales-emea"],
  ["global", undefined],
  ["globex-nl", "sales-globex-nl"],
] as const)("leads of %s go to the nearest team that takes leads", async ([slug, expected], { db }) => {
  const [team] = await allValues<string>(
    db,
    "select slug as value from app_public.teams where id = app_private.sales_team($1)",
    [await territoryId(db, slug)],
  );
  expect(team).toBe(expected);
});
