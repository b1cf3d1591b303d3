import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";
import { type SqlFunction, sqlFunctions } from "./sql_functions.ts";

/** Roles that own functions and write in their name, and a function that runs as another. */
const OWNERS: Record<string, string> = {
  "app_private.make_partitions": "catchment_owner",
  "app_private.drop_captures": "catchment_owner",
};

type Write = { by: string; role: string; privilege: string; table: string; column: string | null };

/** What a function writes into tables that it names: `update … set`, `insert into … (…)` with `do update set`, `delete from`. */
function writesOf({ name, text }: SqlFunction): Write[] {
  const role = OWNERS[name] ?? "catchment_worker";
  const write = (privilege: string, table: string, columns: (string | null)[]) =>
    columns.map((column) => ({ by: name, role, privilege, table, column }));
  return [
    ...[...text.matchAll(/\bupdate ((?:app_|graphile_)\w+\.\w+)(?: as \w+)?\s+set\s/g)].flatMap((found) =>
      write("update", found[1] ?? "", assignedIn(text.slice(found.index + found[0].length))),
    ),
    ...[
      ...text.matchAll(/\binsert into ((?:app_|graphile_)\w+\.\w+)(?: as \w+)?\s*(?:\(([^()]*)\))?/g),
    ].flatMap(([, table = "", columns]) =>
      write("insert", table, columns === undefined ? [null] : columns.split(",").map((one) => one.trim())),
    ),
    ...[...text.matchAll(/\bdo update set\s/g)].flatMap((found) => {
      const table = [...text.slice(0, found.index).matchAll(/\binsert into (\w+\.\w+)/g)].at(-1)?.[1] ?? "";
      return write("update", table, assignedIn(text.slice(found.index + found[0].length)));
    }),
    ...[...text.matchAll(/\bdelete from ((?:app_|graphile_)\w+\.\w+)/g)].flatMap(([, table = ""]) =>
      write("delete", table, [null]),
    ),
  ];
}

/** The columns left of the `=` in a list of assignments, up to the first word that ends it. */
function assignedIn(text: string): string[] {
  const columns: string[] = [];
  let depth = 0;
  let isTarget = true;
  let written = "";
  for (const [token] of text.matchAll(/'(?:''|[^'])*'|[\w.]+|\S/g)) {
    if (depth === 0 && (/^(?:from|where|returning)$/.test(token) || /^[;)$]/.test(token))) break;
    if ("([".includes(token)) depth += 1;
    else if (")]".includes(token)) depth -= 1;
    else if (depth > (isTarget ? 1 : 0)) continue;
    else if (token === "," && isTarget) columns.push(written);
    else if (token === ",") isTarget = true;
    else if (token === "=" && isTarget) {
      columns.push(written);
      isTarget = false;
    } else if (isTarget) written = token;
  }
  return columns;
}

const WRITES = sqlFunctions().flatMap(writesOf);

const REFUSED = `
  select distinct format('%s: %s %s%s', by, privilege, "table", '.' || "column") as value
    from jsonb_to_recordset($1::jsonb) as writes (by text, role text, privilege text, "table" text, "column" text)
   where case when "column" is null then not has_table_privilege(role, "table", privilege)
              else not has_column_privilege(role, "table", "column", privilege) end
   order by 1`;

test("whoever runs a function may write what it writes", async ({ db }) => {
  expect(await allValues(db, REFUSED, [JSON.stringify(WRITES)])).toEqual([]);
});

test("no write is missed by this rule", () => {
  const named = WRITES.map(({ by, privilege, table, column }) => `${by}: ${privilege} ${table}.${column}`);
  expect(named).toEqual(
    expect.arrayContaining([
      "app_private.settle_identities: update app_public.captures.outcome",
      "app_private.settle_identities: update app_public.captures.processed_at",
      "app_private.create_leads: insert app_public.leads.sla_overdue_at",
      "app_private.settle_merged_cases: update app_public.exceptions.outcome",
    ]),
  );
  expect(new Set(WRITES.map(({ by }) => by)).size).toBeGreaterThan(100);
});

test("a column that nobody may write is found", async ({ db }) => {
  await db.query("revoke update on app_public.captures from catchment_worker");
  await db.query("revoke update (outcome) on app_public.captures from catchment_worker");
  expect(await allValues(db, REFUSED, [JSON.stringify(WRITES)])).toContain(
    "app_private.settle_identities: update app_public.captures.outcome",
  );
});
