import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder, applySetup } from "../../src/setup/apply.ts";
import type { Change } from "../../src/setup/difference.ts";
import { planFolder, planSetup } from "../../src/setup/plan.ts";
import { SetupError } from "../../src/setup/problem.ts";
import { readSetup } from "../../src/setup/read.ts";
import { makeChance } from "../chaos/chance.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";
import { EDITS } from "./edits.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

test("nothing is planned of what is there, and nothing is written by planning", async ({ database }) => {
  const { worker } = database.urls;
  expect((await planFolder(worker, ACME)).changes).toEqual([]);
  const folder = await acmeWith("territories.yaml", "name: Germany", "name: Deutschland");
  const before = await withConnection(worker, tables);
  const planned = await planFolder(worker, folder);
  expect(planned.changes).toEqual([
    {
      part: "territories",
      action: "change",
      name: "de",
      fields: [{ field: "name", how: "changed", before: "Germany", after: "Deutschland" }],
    },
  ]);
  expect(await withConnection(worker, tables)).toEqual(before);
});

test("another way to write the same rule is no change", async ({ database }) => {
  const folder = await acmeWith("scoring_rules.yaml", "$.employees >= 50", "$.employees  >=  50");
  await change(folder, "territories.yaml", "kind: group, time_zone: UTC", "time_zone: UTC, kind: group");
  expect((await planFolder(database.urls.worker, folder)).changes).toEqual([]);
});

test("what somebody changed by hand is planned, and applied again", async ({ database }) => {
  await withConnection(database.urls.superuser, (root) =>
    root.query("update app_public.sla_policies set target_seconds = 1 where slug = 'first-response'"),
  );
  const planned = await planFolder(database.urls.worker, ACME);
  expect(planned.changes).toMatchObject([{ part: "sla_policies", name: "first-response" }]);
  expect(await applyFolder(database.urls.worker, ACME)).toMatchObject({ changed: true });
  expect((await planFolder(database.urls.worker, ACME)).changes).toEqual([]);
});

test("what apply would refuse has no plan", async ({ database }) => {
  const folder = await acmeWith("scoring_rules.yaml", '"exists($.phone)"', '"$.phone"');
  await expect(planFolder(database.urls.worker, folder)).rejects.toThrow(SetupError);
  const example = await acmeWith(
    "capture_paths.yaml",
    "- { email: not an address }",
    "- { email: a@b.example }",
  );
  await expect(planFolder(database.urls.worker, example)).rejects.toThrow("the contract takes it");
});

test("an expectation that nothing fulfills yet is a warning, of apply as of plan", async ({ database }) => {
  const folder = await acmeWith(
    "capture_paths.yaml",
    "      reach: [email, phone]",
    "      enrichment: { required: true, by: registry }\n      reach: [email, phone]",
  );
  const { warnings } = await planFolder(database.urls.worker, folder);
  expect(warnings[0]).toMatch(
    /^capture_paths\.yaml:\d+: contract\.enrichment: nothing enriches the leads of "[a-z-]+" yet; leads travel on/,
  );
  expect(await applyFolder(database.urls.worker, folder)).toMatchObject({ changed: true, warnings });
});

test.for([1, 2])(
  "random edits (seed %i): plan names exactly what apply then changes",
  async (seed, { database }) => {
    const chance = makeChance(seed);
    const pick = <Item>(items: readonly Item[]): Item => {
      const item = items[chance.below(items.length)];
      if (item === undefined) throw new Error("There is nothing to pick from.");
      return item;
    };
    await withConnection(database.urls.worker, async (worker) => {
      const setup = await readSetup(ACME);
      let changed = 0;
      for (let round = 0; round < 20; round++) {
        setup.organization = structuredClone(setup.organization);
        for (let n = 0; n < 1 + (round % 4); n++)
          pick(EDITS)(setup.organization, pick, seed * 1000 + round * 10 + n);
        const before = await tables(worker);
        const planned = await planSetup(worker, setup);
        const applied = await applySetup(worker, setup, {});
        expect(applied.changes).toEqual(planned);
        expectSame(planned, before, await tables(worker));
        expect(await planSetup(worker, setup)).toEqual([]);
        changed += planned.length;
      }
      expect(changed).toBeGreaterThan(20);
    });
  },
);

type Tables = Record<string, Map<string, string>>;

/** Every name whose rows differ is planned, and no other; rules by how many come and go. */
function expectSame(planned: Change[], before: Tables, after: Tables): void {
  for (const [part, rows] of Object.entries(after)) {
    const own = planned.filter((one) => one.part === part);
    const old = before[part] ?? new Map();
    if (part.endsWith("_rules")) {
      const [was, is] = [[...old.values()], [...rows.values()]];
      expect([part, own.length > 0]).toEqual([part, JSON.stringify(was) !== JSON.stringify(is)]);
      const count = (action: string) => own.filter((one) => one.action === action).length;
      expect(is.length - was.length).toBe(count("add") - count("close"));
    } else {
      const names = new Set([...old.keys(), ...rows.keys()]);
      const differing = [...names].filter((name) => old.get(name) !== rows.get(name));
      expect([part, own.map(({ name }) => name).sort()]).toEqual([part, differing.sort()]);
    }
  }
}

/** What the tables hold by name, read without a word of the code under test. */
async function tables(worker: Client): Promise<Tables> {
  const read = async (query: string) =>
    new Map(
      (await allRows<{ name: string; text: string }>(worker, query)).map(({ name, text }) => [name, text]),
    );
  const rule = (table: string) => `
    select position::text as name, (to_jsonb(rules) - '{id,revision,position,match_key}'::text[])::text as text
      from app_public.${table} as rules where revision = (select max(id) from app_public.revisions) order by position`;
  return {
    territories: await read("select slug as name, t::text as text from app_public.territories as t"),
    actors: await read(
      `select slug as name, concat(t, (select array_agg(concat(territory_id, role) order by territory_id, role)
         from app_public.memberships where actor_id = t.id)) as text from app_public.actors as t`,
    ),
    teams: await read(
      `select slug as name, concat(t, (select array_agg(concat(actor_id, ' ', weight, ' ', capacity) order by position)
         from app_public.team_members where team_id = t.id)) as text from app_public.teams as t`,
    ),
    capture_paths: await read(
      "select slug as name, (to_jsonb(t) - 'active_contract_id')::text as text from app_public.capture_paths as t",
    ),
    contracts: await read(
      "select slug as name, active_contract_id::text as text from app_public.capture_paths",
    ),
    responsibilities: await read(
      `select slug as name, (select array_agg(concat(duty, team_id) order by duty) from app_public.responsibilities
         where path_id = t.id)::text as text from app_public.capture_paths as t`,
    ),
    sla_policies: await read("select slug as name, t::text as text from app_public.sla_policies as t"),
    exception_policies: await read(
      "select kind as name, t::text as text from app_public.exception_policies as t",
    ),
    territory_rules: await read(rule("territory_rules")),
    scoring_rules: await read(rule("scoring_rules")),
    survivorship_rules: await read(rule("survivorship_rules")),
    routing_rules: await read(rule("routing_rules")),
    retention_rules: await read(
      "select slug as name, t::text as text from app_private.retention_rules as t order by slug",
    ),
  };
}
