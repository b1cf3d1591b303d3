import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, acceptedOf, asWorker, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const CH = { email: "a@mail.example", country: "CH" };

test.for([
  ["its country", { country: "FR" }, "fr"],
  ["the ending of its address when no country is given", { email: "a@mail.de" }, "de"],
  ["its country before the ending of its address", { email: "a@mail.de", country: "FR" }, "fr"],
  ["the more specific rule, its postal code", { ...CH, postal_code: "1201" }, "fr"],
  ["the general rule where the specific one does not match", { ...CH, postal_code: "8001" }, "de"],
  ["the general rule where nothing tells more", CH, "de"],
  ["nothing", { email: "a@mail.example", country: "JP" }, null],
  ["nothing, of another client's rule", { email: "a@mail.example", country: "NL" }, null],
] as const)("an arrival is located by %s", async ([, attributes, expected], { db }) => {
  expect(await decide(db, [{ attributes }])).toEqual([expected]);
});

test("the longer postal prefix wins, whatever its place in the list", async ({ db }) => {
  const revision = await addRules(db, [
    { territory: "de", country: "CH", postal_prefix: "1", position: 1 },
    { territory: "uk", country: "CH", postal_prefix: "12", position: 2 },
  ]);
  expect(await decide(db, [{ attributes: { ...CH, postal_code: "1201" } }], revision)).toEqual(["uk"]);
});

test("of equally specific rules the first in the list wins", async ({ db }) => {
  const revision = await addRules(db, [
    { territory: "uk", country: "CH", position: 2 },
    { territory: "fr", language: "fr", position: 1 },
  ]);
  expect(await decide(db, [{ attributes: { ...CH, language: "fr" } }], revision)).toEqual(["fr"]);
});

test("a condition asks whatever the columns cannot, and what cannot be compared does not match", async ({
  db,
}) => {
  const revision = await addRules(db, [{ territory: "uk", condition: "$.employees >= 50", position: 1 }]);
  const sizes = [{ employees: 50 }, { employees: 49 }, { employees: "many" }, {}];
  expect(
    await decide(
      db,
      sizes.map((attributes) => ({ attributes })),
      revision,
    ),
  ).toEqual(["uk", null, null, null]);
});

test("a rule may ask for the source of the path", async ({ db }) => {
  const revision = await addRules(db, [{ territory: "uk", source: "desk", position: 1 }]);
  expect(await decide(db, [{ attributes: {} }, { path: "desk", attributes: {} }], revision)).toEqual([
    null,
    "uk",
  ]);
});

test("a path's fallback takes what no rule matches", async ({ db }) => {
  expect(
    await decide(db, [
      { path: "partner-feed", attributes: { email: "a@mail.example" } },
      { path: "partner-feed", attributes: { email: "a@mail.example", country: "FR" } },
    ]),
  ).toEqual(["de", "fr"]);
});

test("rules of another client never match", async ({ db }) => {
  expect(
    await decide(db, [
      { path: "globex-form", attributes: { email: "a@mail.de", country: "DE" } },
      { path: "globex-form", attributes: { email: "a@mail.example", country: "NL" } },
    ]),
  ).toEqual([null, "globex-nl"]);
});

test("rules of the capture's contract come first, in their order, whatever the revision says", async ({
  db,
}) => {
  for (const [position, territory, condition] of [
    [1, "uk", '$.country == "FR" && $.language == "en"'],
    [2, "us", '$.country == "FR"'],
  ]) {
    await db.query(
      `insert into app_public.contract_rules (contract_id, territory_id, position, condition)
       select capture_paths.active_contract_id, territories.id, $1, $3::jsonpath
         from app_public.capture_paths, app_public.territories
        where capture_paths.slug = 'web-form' and territories.slug = $2`,
      [position, territory, condition],
    );
  }
  expect(
    await decide(db, [
      { attributes: { country: "FR", language: "en" } },
      { attributes: { country: "FR" } },
      { attributes: { country: "DE", language: "en" } },
      { path: "desk", attributes: { country: "FR" } },
    ]),
  ).toEqual(["uk", "us", "de", "fr"]);
});

test("an older revision decides by its own rules", async ({ db }) => {
  const older = await oneValue<number>(db, "select max(id) as value from app_public.revisions");
  await addRules(db, [{ territory: "uk", country: "DE", position: 1 }]);
  expect(await decide(db, [{ attributes: { country: "DE" } }], older)).toEqual(["de"]);
});

test("only pending captures are answered", async ({ db }) => {
  const arrivals = [{ attributes: { country: "DE" } }];
  const ids = await stageArrivals(db, arrivals);
  await db.query("update app_public.captures set status = 'error', processed_at = now()");
  expect(await decideFor(db, arrivals, ids)).toEqual([]);
});

type Rule = { territory: string; position: number } & Record<string, string | number>;

/** A revision with these rules and no others. */
async function addRules(db: ClientBase, rules: Rule[]): Promise<number> {
  const revision = await oneValue<number>(
    db,
    "insert into app_public.revisions (digest, applied_by, applied_at) values ('x', 'test', now()) returning id as value",
  );
  for (const rule of rules) {
    await db.query(
      `insert into app_public.territory_rules
         (revision, territory_id, boundary_id, position, country, postal_prefix, language, source, condition)
       select $1, id, boundary_id, $3, $4, $5, $6, $7, $8::jsonpath from app_public.territories where slug = $2`,
      [
        revision,
        rule.territory,
        rule.position,
        rule.country,
        rule.postal_prefix,
        rule.language,
        rule.source,
        rule.condition,
      ],
    );
  }
  return revision;
}

async function decide(db: ClientBase, arrivals: Arrival[], revision?: number) {
  return decideFor(db, arrivals, await stageArrivals(db, arrivals), revision);
}

async function decideFor(db: ClientBase, arrivals: Arrival[], ids: string[], revision?: number) {
  const decided = await asWorker(db, () =>
    allRows<{ slug: string | null }>(
      db,
      `select territories.slug
         from app_private.decide_territories($1, coalesce($2, app_private.current_revision())) as decided
         left join app_public.territories on territories.id = decided.territory_id order by decided.capture_id`,
      [JSON.stringify(acceptedOf(arrivals, ids)), revision],
    ),
  );
  return decided.map(({ slug }) => slug);
}
