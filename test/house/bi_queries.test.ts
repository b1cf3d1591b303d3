import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { actAsLogin } from "../support/act_as.ts";
import { writeHistory } from "../support/operations_history.ts";
import { allRows } from "../support/rows.ts";
import { read } from "./files.ts";

const queries = [...read("docs/bi.md").matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql = ""]) => sql);

test("every query of docs/bi.md runs as a BI login, with and without what its tool puts in", async ({
  db,
}) => {
  await writeHistory(db);
  await actAsLogin(db, "bi_de");
  expect(queries.length).toBeGreaterThan(7);
  const empty: string[] = [];
  for (const sql of queries) {
    const bare = withMacros(sql).replace(/\[\[.*?\]\]/gs, "");
    const full = withMacros(sql)
      .replace(/\[\[(.*?)\]\]/gs, "$1")
      .replaceAll("{{territory}}", "'de'");
    expect(bare + full).not.toMatch(/\{\{|\$__/);
    const rows = await allRows(db, bare);
    expect(await allRows(db, full)).toEqual(rows); // the login sees this territory only
    if (rows.length === 0) empty.push(sql);
  }
  // Of this history's clocks none has stopped, and whether others were breached meanwhile is a matter of minutes.
  const timed = queries.filter((sql) => sql.includes("sla_performance"));
  expect(empty.filter((sql) => !timed.includes(sql))).toEqual([]);
});

test("nothing is left of another territory's answers", async ({ db }) => {
  await writeHistory(db);
  await actAsLogin(db, "bi_de");
  for (const sql of queries.filter((one) => one.includes("{{territory}}"))) {
    const french = sql.replace(/\[\[(.*?)\]\]/gs, "$1").replaceAll("{{territory}}", "'fr'");
    expect(await allRows(db, french)).toEqual([]);
  }
});

/** Grafana's macros, as its documentation of the PostgreSQL data source writes them out. */
function withMacros(sql: string): string {
  return sql
    .replace(/\$__timeFilter\((.*?)\)/g, "$1 between now() - interval '7 days' and now()")
    .replace(
      /\$__timeGroupAlias\((.*?), *'(\w+)'\)/g,
      "date_bin('$2', $1, timestamptz '2000-01-01Z') as \"time\"",
    );
}
