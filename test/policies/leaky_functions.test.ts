import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { allRows, allValues } from "../support/rows.ts";
import { act, test } from "./land.ts";

type Relation = { name: string; columns: string };

test("a cheap function that tells what it is shown is shown nothing behind the wall, in any table or view", async ({
  db,
}) => {
  await makeLeak(db);
  for (const [who, grantee, schema] of [
    ["dora", "catchment_user", "app_public"],
    ["bi_de", "catchment_bi", "bi"],
  ] as const) {
    const foreign = await markersBeyond(db, "de");
    const relations = await readable(db, grantee, schema);
    expect(relations.length).toBeGreaterThan(10);
    const told: string[] = [];
    db.on("notice", ({ message = "" }) => told.push(message));
    for (const { name, columns } of relations) {
      if (who === "bi_de") await actAsLogin(db, who);
      else await act(db, who);
      await db.query(`select from ${name} where public.f_leak(concat_ws(' ', ${columns}))`);
      await stopActing(db);
      const leaked = told.filter((text) => foreign.some((marker) => text.includes(marker)));
      expect([who, name, leaked]).toEqual([who, name, []]);
    }
    db.removeAllListeners("notice");
    expect([who, told.length > 20]).toEqual([who, true]); // it was asked, and told of one's own
  }
});

test("the mutant: marked leakproof, it is shown what lies behind the wall", async ({ db }) => {
  await makeLeak(db);
  await db.query("alter function public.f_leak(text) leakproof");
  const foreign = await markersBeyond(db, "de");
  const told: string[] = [];
  db.on("notice", ({ message = "" }) => told.push(message));
  await act(db, "dora");
  const { rowCount } = await db.query("select from app_public.leads where public.f_leak(leads.email)");
  await stopActing(db);
  expect(rowCount).toBeGreaterThan(0);
  expect(told.filter((text) => foreign.some((marker) => text.includes(marker))).length).toBeGreaterThan(0);
});

/**
 * As in the tests of Postgres itself: so cheap that the planner would like to ask it before anything else; and no index,
 * by which it would come to one's own rows alone: whoever attacks may switch them off.
 */
async function makeLeak(db: Client): Promise<void> {
  await db.query(`
    set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off;
    create function public.f_leak(text) returns boolean cost 0.0000001 language plpgsql as
      $$ begin raise notice 'f_leak => %', $1; return true; end $$;
    grant usage on schema public to public;
    grant execute on function public.f_leak(text) to public`);
}

/** Ids and addresses of leads elsewhere: whatever hangs on a lead carries one of them. */
function markersBeyond(db: Client, territory: string): Promise<string[]> {
  return allValues(
    db,
    `select unnest(array[leads.id::text, leads.email, leads.trace_id]) as value
       from app_public.leads join app_public.territories on territories.id = leads.territory_id where territories.slug <> $1`,
    [territory],
  );
}

function readable(db: Client, grantee: string, schema: string): Promise<Relation[]> {
  return allRows(
    db,
    `select attrelid::regclass::text as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
       from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = $2::regnamespace and relkind in ('r', 'p', 'v') and not relispartition and attnum > 0
        and not attisdropped and has_column_privilege($1, attrelid, attnum, 'select')
      group by 1 order by 1`,
    [grantee, schema],
  );
}
