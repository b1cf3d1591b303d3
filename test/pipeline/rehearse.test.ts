import type { Client } from "pg";
import { test as base, expect } from "vitest";
import type { Contract } from "../../src/contracts/contract.ts";
import { loadJudges } from "../../src/pipeline/judges.ts";
import type { Rehearsal } from "../../src/pipeline/rehearse.ts";
import { withClient } from "../../src/postgres/pools.ts";
import { someone } from "../support/arrivals.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { allValues, oneValue } from "../support/rows.ts";
import { makeSite, NONE, people } from "./rehearsal_site.ts";
import { rehearseBesideArrivals } from "./rehearse_beside.ts";

const test = base.extend("site", makeSite);

test("what nothing has changed for has no difference, whatever people did since", async ({ site }) => {
  const known = someone({ country: "FR" });
  await site.arrive([...people(8), { attributes: known }, { attributes: someone({ colour: "blue" }) }]);
  await site.arrive([{ attributes: known }]);
  await site.db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'mona')",
  );
  const result = await site.rehearse();
  expect(result).toEqual({
    captures: 11,
    noLeads: 0,
    ...NONE,
    load: [{ owner: "mona", before: 9, after: 9 }],
  });
});

test("a contract that takes more: who would be a lead, and whose", async ({ site }) => {
  const blue = someone({ colour: "blue" });
  await site.arrive([...people(2), { attributes: blue }, { attributes: blue }]);
  await publishNext(site.db, "web-form", COLOUR);
  const { load, ...rest } = await site.rehearse();
  expect(rest).toEqual({ captures: 4, noLeads: 0, ...NONE, newlyAccepted: 2 });
  // One person, though refused twice; next in turn behind the two who got one.
  expect(load).toEqual([
    { owner: "dirk", before: 1, after: 1 },
    { owner: "dora", before: 1, after: 1 },
    { owner: "doris", before: 0, after: 1 },
  ]);
});

test("a contract that takes less, in a version and in a file that is not applied yet", async ({ site }) => {
  await site.arrive([...people(2), { attributes: { phone: "+4930901820", country: "DE" } }]);
  const at = "{schema,required}";
  await publishNext(site.db, "web-form", { at, value: ["email"], isActive: false });
  const version = await oneValue<number>(site.db, "select max(version) as value from app_public.contracts");
  const expected = { newlyQuarantined: 1, reasons: [{ violation: "missing /email", captures: 1 }] };
  const refused = await site.rehearse({ by: "version", path: "web-form", version });
  expect(refused).toMatchObject(expected);
  expect(refused.load.reduce((sum, { after }) => sum + after, 0)).toBe(2);

  const active = await withClient(site.pool, (client) => loadJudges(client, { by: "active" }));
  const contract = active.get("web-form")?.contract;
  if (contract === undefined) throw new Error("There is no contract of web-form.");
  const draft: Contract = { ...contract, schema: { ...contract.schema, required: ["email"] } };
  const drafted = await site.rehearse({ by: "draft", contracts: new Map([["web-form", draft]]) });
  expect(drafted).toMatchObject(expected);
});

test("rules of another revision: other territories with their owners, other scores", async ({ site }) => {
  await site.arrive([...people(3), { attributes: someone({ country: "FR" }) }]);
  const revision = await nextRevision(site.db, { country: "DE", territory: "fr", points: 7 });
  const result = await site.rehearse({ by: "active" }, { revision });
  expect(result.territories).toEqual([{ from: "de", to: "fr", captures: 3 }]);
  expect(result.owners.map(({ from, to }) => [from, to]).sort()).toEqual([
    ["dirk", "felix"],
    ["dora", "felix"],
    ["doris", "felix"],
  ]);
  expect(result.scores.higher + result.scores.lower).toBe(4);
  expect(result.load).toContainEqual({ owner: "felix", before: 1, after: 4 });
  expect(await site.rehearse({ by: "active" }, { revision: revision - 1 })).toMatchObject(NONE);
});

test("chunk by chunk the deal goes on where it was", async ({ site }) => {
  await site.arrive(people(8).map(({ attributes }) => ({ attributes: { ...attributes, colour: "blue" } })));
  await publishNext(site.db, "web-form", COLOUR);
  const { load } = await site.rehearse({ by: "active" }, { chunkSize: 3 });
  expect(load.map(({ after }) => after)).toEqual([2, 2, 2, 2]);
});

test("a filter says which: by path, time, outcome and number", async ({ site }) => {
  await site.arrive([
    ...people(3),
    { path: "desk", attributes: someone() },
    { attributes: someone({ colour: "x" }) },
  ]);
  const count = async (filter: Rehearsal["filter"]) =>
    (await site.rehearse({ by: "active" }, { filter })).captures;
  expect(await count({ path: "desk" })).toBe(1);
  expect(await count({ kind: "contract_violation" })).toBe(1);
  expect(await count({ violation: "extra", path: "web-form" })).toBe(1);
  expect(await count({ limit: 2 })).toBe(2);
  expect(await count({ since: new Date(Date.now() - 3_600_000) })).toBe(5);
  expect(await count({ until: new Date(Date.now() - 3_600_000) })).toBe(0);
  const ids = await allValues<string>(
    site.db,
    "select id as value from app_public.captures order by id limit 2",
  );
  expect(await count({ ids })).toBe(2);
});

test("what is rehearsed while the same people arrive becomes what it would have become, and nothing is locked or written", () =>
  rehearseBesideArrivals(500));

test("the deciding functions write nothing, not even a transaction id", async ({ site }) => {
  await site.arrive(people(3));
  await site.db.query("begin");
  await site.db.query(
    `select count(*) from app_private.rehearse_captures(
       (select jsonb_agg(jsonb_build_object('id', id, 'attributes', attributes, 'rules', '[]'::jsonb)) from app_public.captures),
       app_private.current_revision(), now())`,
  );
  expect(await oneValue(site.db, "select pg_current_xact_id_if_assigned() as value")).toBe(null);
  await site.db.query("rollback");
});

/** The next revision: the same territory rules with one country elsewhere, and one score for everybody. */
async function nextRevision(
  db: Client,
  { country, territory, points }: { country: string; territory: string; points: number },
): Promise<number> {
  const revision = await oneValue<number>(
    db,
    `insert into app_public.revisions (digest, applied_by, applied_at) values ('test', 'test', now()) returning id as value`,
  );
  await db.query(
    `insert into app_public.territory_rules (revision, territory_id, boundary_id, position, country, postal_prefix, source, condition)
     select $1, case when country = $2 then (select id from app_public.territories where slug = $3) else territory_id end,
            boundary_id, position, country, postal_prefix, source, condition
       from app_public.territory_rules where revision = $1 - 1`,
    [revision, country, territory],
  );
  await db.query(
    `insert into app_public.scoring_rules (revision, territory_id, position, points, reason, condition)
     select $1, id, 1, $2, 'Everybody', 'exists($.email)' from app_public.territories where parent_id is null`,
    [revision, points],
  );
  return revision;
}
