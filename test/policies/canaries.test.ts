import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { allRows, allValues } from "../support/rows.ts";
import { canariesIn, PLACES, placesIn, WORDS } from "./canary.ts";
import { camelCase, fieldsOf, introspect } from "./documents.ts";
import { act, createStranger } from "./land.ts";
import { MUTATIONS } from "./mutations.ts";
import { everybody, outside, test } from "./planted.ts";
import { readAll, readable } from "./readable.ts";

// What stands in one territory is marked (canary.ts), everybody reads everything that there is to read, and what comes
// is of their own territories. What there is to read is asked of the catalog and of the server: nothing new is left out.

test("every table has a canary of each place, or no column that could hold one", async ({ db, planted }) => {
  const missing: string[] = [];
  for (const { name, columns, reach } of planted) {
    const free = columns.filter(
      ({ name, kind, allowed, target }) =>
        kind === "text" && allowed.length === 0 && target === null && !WORDS.has(name),
    );
    if (reach !== "place" || free.length === 0) continue;
    const [row] = await allRows<{ text: string }>(
      db,
      `select string_agg(planted::text, ' ') as text from ${name} as planted`,
    );
    for (const place of PLACES)
      if (!placesIn(row?.text ?? "").includes(place)) missing.push(`${name}: ${place}`);
  }
  expect(missing).toEqual([]);
});

test("SQL as a user: every table and view of app_public tells everybody their own territories, and theirs alone", async ({
  db,
}) => {
  const relations = await readable(db, "catchment_user", "app_public");
  const reached = new Map<string, string[]>();
  for (const { slug, reach } of await everybody(db)) {
    await act(db, slug);
    const found = canariesIn(await readAll(db, relations));
    reached.set(slug, found);
    expect([slug, outside(found, reach)]).toEqual([slug, []]);
  }
  await stopActing(db);
  for (const who of [null, await createStranger(db)]) {
    await act(db, who);
    expect(canariesIn(await readAll(db, relations))).toEqual([]);
  }
  // Both admins get the same columns, each of their own: what hides from the one is there.
  const columnsOf = (who: string, place: string) =>
    new Set(
      (reached.get(who) ?? [])
        .filter((canary) => canary.startsWith(`${place} `))
        .map((canary) => canary.split(" ")[1]),
    );
  expect(columnsOf("gus", "globex-nl").size).toBeGreaterThan(80);
  expect(columnsOf("ada", "fr")).toEqual(columnsOf("gus", "globex-nl"));
  expect(columnsOf("ada", "de")).toEqual(columnsOf("dora", "de"));
});

test("SQL as a user: of every table as many rows as its territories hold", async ({ db, planted }) => {
  const granted = new Set((await readable(db, "catchment_user", "app_public")).map(({ name }) => name));
  const tables = planted.filter(({ name, place }) => granted.has(name) && place === "planted.territory_id");
  expect(tables.length).toBeGreaterThan(20);
  for (const { slug, reach } of await everybody(db)) {
    const counts = tables.map(
      ({ name }) => `(select count(*)::int from ${name} as planted where planted.territory_id = any ($1))`,
    );
    await stopActing(db);
    const ids = await allValues<number>(
      db,
      "select id as value from app_public.territories where slug = any ($1)",
      [reach],
    );
    const all = await db.query({ text: `select ${counts}`, values: [ids], rowMode: "array" });
    await act(db, slug);
    const seen = await db.query({
      text: `select ${tables.map(({ name }) => `(select count(*)::int from ${name})`)}`,
      rowMode: "array",
    });
    const named = ({ rows }: { rows: unknown[][] }) =>
      tables.map(({ name }, index) => `${name}: ${rows[0]?.[index]}`);
    expect([slug, named(seen)]).toEqual([slug, named(all)]);
  }
});

test("SQL as a user: every function is a mutation, a field of GraphQL, or one that is called here", async ({
  db,
  api,
}) => {
  const schema = await introspect(api);
  const fields = fieldsOf(schema.getQueryType()).map(({ name }) => name);
  const functions = await allValues<string>(
    db,
    `select proname::text as value from pg_proc
      where pronamespace::regnamespace::text in ('app_public', 'bi') and has_function_privilege('catchment_user', oid, 'execute')
        and coalesce(proargtypes[0]::regtype::text, '') !~ '^app_public' order by 1`, // the others are columns of a row that one has
  );
  const others = functions.filter((name) => !(name in MUTATIONS) && !fields.includes(camelCase(name)));
  expect(others).toEqual(Object.keys(CALLS));
  for (const { slug, reach } of await everybody(db)) {
    for (const [name, call] of Object.entries(CALLS)) {
      await act(db, slug);
      const found = await allValues<string>(db, `select unnest(${call}) as value`);
      await stopActing(db);
      const places = await allValues<string>(
        db,
        `select distinct territories.slug as value
           from app_public.leads join app_public.territories on territories.id = territory_id
          where leads.id = any ($1)`,
        [found],
      );
      expect([slug, name, places.filter((place) => !reach.includes(place))]).toEqual([slug, name, []]);
      expect([slug, name, found.length > 0]).toEqual([slug, name, true]);
    }
  }
});

/** Functions that fields of GraphQL ask for, called by themselves: each answers ids of leads. */
const CALLS: Record<string, string> = {
  lead_matches: "app_public.lead_matches('canary=')",
  lead_page: "app_public.lead_page(500, true, null)",
};

test("SQL as a BI login: every view of bi, wherever the login is let in", async ({ db }) => {
  const views = await readable(db, "catchment_bi", "bi");
  expect(views.length).toBeGreaterThan(15);
  const seen = new Map<string, string[]>();
  for (const [role, slug] of [
    ["viewer", "de"],
    ["operations", "fr"],
    ["admin", "globex"],
    ["admin", "global"],
    ["manager", "americas"],
  ] as const) {
    await stopActing(db);
    await db.query(
      "delete from app_public.memberships using app_public.actors where actors.id = actor_id and actors.slug = 'bi_de'",
    );
    await db.query(
      "insert into app_public.memberships select actors.id, territories.id, $1 from app_public.actors, app_public.territories where actors.slug = 'bi_de' and territories.slug = $2",
      [role, slug],
    );
    const reach = (await everybody(db)).find((person) => person.slug === "bi_de")?.reach ?? [];
    await actAsLogin(db, "bi_de");
    const found = canariesIn(await readAll(db, views));
    expect([slug, outside(found, reach)]).toEqual([slug, []]);
    seen.set(slug, found);
  }
  for (const [slug, place] of [
    ["de", "de"],
    ["fr", "fr"],
    ["globex", "globex-nl"],
    ["global", "fr"],
  ] as const) {
    const own = seen.get(slug)?.filter((canary) => canary.startsWith(`${place} `)) ?? [];
    expect([slug, own.length > 15]).toEqual([slug, true]);
  }
});

test("a column that a user may not read is not to be ordered, filtered, grouped or compared by", async ({
  db,
}) => {
  const hidden = await allRows<{ table: string; name: string }>(
    db,
    `select pg_class.oid::regclass::text as table, quote_ident(attname) as name
       from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
      where relkind in ('r', 'p', 'v') and not relispartition and relnamespace = 'app_public'::regnamespace
        and not has_column_privilege('catchment_user', pg_class.oid, attnum, 'select')`,
  );
  expect(hidden.length).toBeGreaterThan(50);
  await act(db, "ada");
  const allowed: string[] = [];
  for (const { table, name } of hidden) {
    for (const attempt of [
      `select ${name} from ${table}`,
      `select count(*) from ${table} where ${name} is null`,
      `select 1 from ${table} order by ${name}`,
      `select count(*) from ${table} group by ${name}`,
      `select 1 from ${table} as a join ${table} as b on a.${name} = b.${name}`,
      `select ${table.split(".")[1]} from ${table}`,
    ]) {
      await db.query("savepoint attempt");
      const code = await db.query(attempt).then(
        () => "allowed",
        ({ code }) => code,
      );
      await db.query("rollback to savepoint attempt");
      if (code !== "42501") allowed.push(`${attempt}: ${code}`);
    }
  }
  expect(allowed.filter((line) => !line.endsWith(": 42883"))).toEqual([]); // some types know no equality
  expect(await db.query("select id from app_public.leads order by id")).toBeDefined();
});
