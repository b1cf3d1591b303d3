import type { Client } from "pg";
import { expect } from "vitest";
import { readFiles } from "../house/files.ts";
import { actorId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, refusalOf } from "../support/rows.ts";

type Right = {
  object: string;
  verb: string;
  door: string;
  action: string | null;
  role: string | null;
  scope: string | null;
  withheld: string[];
};

async function walls(db: Client): Promise<Right[]> {
  return asWorker(db, () => allRows<Right>(db, "select * from app_private.walls()"));
}

test("nothing is granted without a permission that says to whom", async ({ db }) => {
  const rights = await walls(db);
  expect(rights.length).toBeGreaterThan(300);
  expect(rights.filter(({ role }) => role === null)).toEqual([]);
  expect(
    rights.filter(({ object, verb }) => object === "leads" && verb === "change_lead_status"),
  ).toMatchObject([
    { role: "admin", scope: "any" },
    { role: "manager", scope: "any" },
    { role: "operations", scope: "any" },
    { role: "rep", scope: "own_or_unowned" },
  ]);
});

test("it asks of each mutation the action that the leak matrix proves by attempts", async ({ db }) => {
  const proven = readFiles("test/policies", ".ts").flatMap(({ text }) => [
    ...text.matchAll(/^ {2}(\w+): \{\s*action: "(\w+)"/gm),
  ]);
  expect(proven.length).toBeGreaterThan(30);
  const rights = await walls(db);
  const actionsOf = (verb: string) =>
    new Set(rights.filter((one) => one.verb === verb).map(({ action }) => action));
  const differing = proven.filter(([, verb = "", action = ""]) => !actionsOf(verb).has(action));
  expect(differing.map(([, verb, action]) => [verb, action])).toEqual([]);
  // What one may do for oneself, and what may be about a lead or about a case.
  const verbs = [...new Set(rights.map(({ verb }) => verb))];
  expect(verbs.filter((verb) => verb !== "read" && actionsOf(verb).size > 1)).toEqual([
    "set_absence",
    "request_approval",
  ]);
  const called = await allValues<string>(
    db,
    `select proname as value from pg_proc where pronamespace = 'app_public'::regnamespace and provolatile = 'v'
        and has_function_privilege('catchment_user', oid, 'execute') order by 1`,
  );
  expect(called.filter((name) => !verbs.includes(name))).toEqual([]);
  expect(called).toEqual([...new Set(proven.map(([, verb]) => verb))].sort());
});

test("what it says may be read can be, and nothing else, column by column", async ({ db }) => {
  const rights = (await walls(db)).filter(({ verb }) => verb === "read");
  const doors = { graphql: "app_public", bi: "bi" };
  for (const [door, schema] of Object.entries(doors)) {
    const columns = await allRows<{ name: string; column: string }>(
      db,
      `select relname as name, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition and attnum > 0 and not attisdropped`,
    );
    if (door === "bi") await actAsLogin(db, "bi_de");
    else await actAs(db, await actorId(db, "vera"));
    const readable: string[] = [];
    for (const { name, column } of columns) {
      const code = await refusalOf(
        db,
        `select ${db.escapeIdentifier(column)} from ${schema}.${name} limit 0`,
      );
      expect([name, column, ["", "42501"].includes(code)]).toEqual([name, column, true]);
      if (code === "") readable.push(`${name}.${column}`);
    }
    await stopActing(db);
    const said = columns.filter(({ name, column }) => {
      const right = rights.find(
        (one) => one.door === door && one.role === "admin" && one.object.replace("bi.", "") === name,
      );
      return right !== undefined && !right.withheld.includes(column);
    });
    expect(said.map(({ name, column }) => `${name}.${column}`).sort()).toEqual(readable.sort());
  }
  const trail = rights.filter(({ object }) => object === "bi.audit_trail").map(({ role }) => role);
  expect(trail).toEqual(["admin", "manager", "operations"]); // the grant lets all of them in, its policy these
  expect(rights.find(({ object }) => object === "captures")?.withheld).toEqual(
    expect.arrayContaining(["body", "attributes"]),
  );
});

test("a wrong grant, and a mutation without a gate, stand in it without a role", async ({ db }) => {
  await db.query(`
    grant update (email) on app_public.leads to catchment_user;
    grant truncate on app_public.tasks to catchment_user;
    create function app_public.take_all() returns int language sql volatile security definer as 'select 1';
    grant execute on function app_public.take_all() to catchment_user`);
  const faults = (await walls(db)).filter(({ role }) => role === null);
  expect(faults.map(({ object, verb }) => `${verb} on ${object}`)).toEqual([
    "update on leads",
    "truncate on tasks",
    "take_all on territories",
  ]);
  expect(faults[0]?.withheld).not.toContain("email");
});
