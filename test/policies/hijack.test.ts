import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { oneValue } from "../support/rows.ts";
import { act, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

/** What would be found first, if temporary things could be made and were looked for there. */
const LURES = [
  "create temporary table actor_scopes (actor_id int, territory_ids int[])",
  "create temporary table actors (id int, is_active boolean, db_role text)",
  "create temporary table permissions (action text, role text, scope text)",
  "create temporary table leads (id uuid, territory_id int)",
  "create function pg_temp.my_territories() returns int[] language sql as 'select array_agg(n) from generate_series(1, 100) as n'",
  "create function pg_temp.current_actor_id() returns int language sql as 'select 1'",
  `create function pg_temp.require(text, int, int default null, int default null) returns void language sql as ''`,
];

test("nobody of requests and tools makes temporary things, or anything on a search path", async ({ db }) => {
  const people: [string, () => Promise<void>][] = [
    ["ada", () => act(db, "ada")],
    ["bi_de", () => actAsLogin(db, "bi_de")],
    ["catchment_api", () => actAsLogin(db, "catchment_api")],
  ];
  for (const [who, become] of people) {
    await become();
    await db.query("set local transaction_read_only = off");
    for (const attempt of [
      ...LURES,
      "create schema pg_catalog_too",
      "create table public.leads ()",
      "create function public.now() returns timestamptz language sql as 'select null::timestamptz'",
      "create table app_public.mine ()",
      "create function bi.mine() returns int language sql as 'select 1'",
    ]) {
      expect([who, attempt, await refusal(db, attempt)]).toEqual([who, attempt, DENIED]);
    }
    await stopActing(db);
  }
});

test("were temporary things allowed, policies and mutations would still not look there", async ({ db }) => {
  const hidden = await oneValue<string>(
    db,
    `select leads.id as value from app_public.leads join app_public.territories on territories.id = territory_id where slug = 'fr'`,
  );
  const own = await oneValue<string>(
    db,
    `select min(leads.id::text) as value from app_public.leads join app_public.territories on territories.id = territory_id where slug = 'de'`,
  );
  const before = await seen(db);
  expect(before).toEqual(["de"]);
  await layLures(db);
  expect(await seen(db)).toEqual(before);
  await actLured(db);
  const log = "select app_public.log_activity($1, 'call')";
  expect(await refusal(db, log, [hidden])).toBe("NFUND");
  expect(await refusal(db, log, [own])).toBe("allowed");
});

test("the mutant: with an open path and names without their schema the lure is taken", async ({ db }) => {
  await layLures(db);
  await db.query(`
    create or replace function app_hidden.my_territories() returns int[] language plpgsql stable security definer as $$
    begin return (select actor_scopes.territory_ids from actor_scopes limit 1); end $$`);
  expect((await seen(db)).length).toBeGreaterThan(1);
});

/** As dora, with every lure laid by herself and pg_temp at the front of her path. */
async function layLures(db: Client): Promise<void> {
  const { rows } = await db.query<{ name: string }>("select current_database() as name");
  await db.query(`grant temporary on database ${rows[0]?.name} to catchment_user`);
  await act(db, "dora");
  for (const lure of LURES) await db.query(lure);
  await db.query("insert into actor_scopes select 1, array_agg(n) from generate_series(1, 100) as n");
  await db.query("insert into actors select n, true, 'bi_de' from generate_series(1, 100) as n");
  await db.query("grant all on all tables in schema pg_temp to public").catch(() => {});
  await stopActing(db);
}

async function actLured(db: Client): Promise<void> {
  await act(db, "dora");
  await db.query("set local search_path = pg_temp, app_public, app_hidden");
}

async function seen(db: Client): Promise<string[]> {
  expect(await actorId(db, "dora")).toBeGreaterThan(0);
  await actLured(db);
  const { rows } = await db.query<{ slug: string }>(
    `select distinct territories.slug from app_public.leads join app_public.territories on territories.id = leads.territory_id order by 1`,
  );
  await stopActing(db);
  await db.query("reset search_path");
  return rows.map(({ slug }) => slug);
}
