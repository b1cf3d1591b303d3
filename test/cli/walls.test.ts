import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

test("the table says once what a role may and once who holds it where", async ({ database }) => {
  const ended = await catchment(["walls", "--object", "leads", "--territory", "de"], preparedEnv(database));
  const lines = linesOf(ended).map((line) => line.split(/ {2,}/));
  expect(ended.code).toBe(0);
  expect(lines).toContainEqual(["territory", "door", "rep", "manager", "operations", "viewer", "admin"]);
  expect(lines).toContainEqual(["de", "graphql", "dieter dirk +3", "mona", "olga", "vera", "ada"]);
  expect(lines).toContainEqual(["leads", "change_lead_status", "own_or_unowned", "any", "any", "any"]);
  expect(lines).toContainEqual(["leads", "read", "any", "any", "any", "any", "any"]);
});

test("CSV and JSON are role by territory by object by verb, and agree with each other", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const cells: Record<string, unknown>[] = JSON.parse((await catchment(["walls", "--json"], env)).stdout);
  const rows: Record<string, string>[] = parse((await catchment(["walls", "--csv"], env)).stdout, {
    columns: true,
  });
  expect(rows.map(keyOf)).toEqual(cells.map(keyOf));
  expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  const held = await withConnection(database.urls.superuser, async (root) => {
    const { rows: pairs } = await root.query<{ pair: string }>(
      `select distinct role || ' ' || territories.slug as pair from app_private.territory_grants
         join app_public.territories on territories.id = territory_id`,
    );
    return pairs.map(({ pair }) => pair).sort();
  });
  expect([...new Set(rows.map(({ role, territory }) => `${role} ${territory}`))].sort()).toEqual(held);
  const of = (role: string, verb: string) =>
    rows.find((row) => row.role === role && row.verb === verb && row.territory === "de");
  expect(of("rep", "edit_lead")).toMatchObject({ scope: "own", door: "graphql", action: "edit_lead" });
  expect(of("rep", "erase_lead")).toBeUndefined();
  expect(rows.filter(({ door }) => door === "bi").map(({ actors }) => actors)).toContain("bi_de");
  expect(rows.filter(({ door, actors }) => door === "bi" && actors !== "bi_de")).toEqual([]);
});

test("what nobody may is 1, and so is a word that is none; a grant that no permission covers is named, and 1", async ({
  database,
}) => {
  const env = preparedEnv(database);
  expect(await catchment(["walls", "--role", "rep", "--verb", "erase_lead"], env)).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "No role may that there.\n",
  });
  for (const [option, word, known] of [
    ["--role", "rpe", "rep, manager"],
    ["--territory", "ed", "de, "],
    ["--object", "leed", "leads"],
    ["--verb", "claim", "claim_lead"],
  ] as const) {
    const { code, stderr } = await catchment(["walls", option, word], env);
    expect(stderr).toContain(`There is no ${option.slice(2)} "${word}". There are`);
    expect(stderr).toContain(known);
    expect(code).toBe(1);
  }
  await withConnection(database.urls.superuser, (root) =>
    root.query("grant delete on app_public.leads to catchment_user"),
  );
  expect(await catchment(["walls", "--object", "leads"], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("granted without a permission: delete on leads"),
  });
});

function keyOf({ role, territory, object, verb, action }: Record<string, unknown>): string {
  return [role, territory, object, verb, action].join(" ");
}
