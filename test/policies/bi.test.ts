import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { actorId, BI_PASSWORD, territoryId } from "../support/acme.ts";
import type { TestDatabase } from "../support/database.ts";
import { createStranger, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

test("the views of bi show its own territory and nothing else", async ({ land }) => {
  await asBi(land, async (bi) => {
    const { rows } = await bi.query<{ territory: string; owner: string }>(
      "select distinct territory from lead_queue",
    );
    expect(rows).toEqual([{ territory: "de" }]);
    for (const view of await viewsOf(bi)) await bi.query(`select * from ${view}`);
  });
});

test("every view of bi that tells a territory tells only its own", async ({ land }) => {
  await asBi(land, async (bi) => {
    const { rows } = await bi.query<{ view: string }>(
      `select attrelid::regclass::text as view from pg_attribute join pg_class on pg_class.oid = attrelid
        where relkind = 'v' and relnamespace = 'bi'::regnamespace and attname = 'territory'`,
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { view } of rows) {
      const seen = await bi.query<{ territory: string }>(
        `select distinct territory from ${view} where territory <> 'de'`,
      );
      expect([view, seen.rows]).toEqual([view, []]);
    }
  });
});

test("no setting, no role and no trick gains a row", async ({ land }) => {
  const ada = await withConnection(land.urls.superuser, (root) => actorId(root, "ada"));
  await asBi(land, async (bi) => {
    const count = async () => (await bi.query("select from lead_queue")).rowCount;
    const before = await count();
    expect(before).toBeGreaterThan(0);
    for (const attempt of [
      `set catchment.actor = '${ada}'`,
      `select set_config('catchment.actor', '${ada}', false)`,
      `do $$ begin perform set_config('catchment.actor', '${ada}', false); end $$`,
      "reset role",
      "set role none",
      "set role catchment_bi",
      "reset session authorization",
      "set search_path = app_public, app_hidden, pg_temp, bi",
      "set session_replication_role = default",
    ]) {
      await bi.query("begin");
      const code = await refusal(bi, attempt);
      expect([attempt, ["allowed", DENIED].includes(code)]).toEqual([attempt, true]);
      if (code === "allowed") await bi.query(attempt);
      expect([attempt, (await bi.query("select from bi.lead_queue")).rowCount]).toEqual([attempt, before]);
      await bi.query("rollback");
    }
    expect(await count()).toBe(before);
  });
});

test("it becomes nobody else, and makes nothing that others would run", async ({ land }) => {
  await asBi(land, async (bi) => {
    await bi.query("set default_transaction_read_only = off"); // comfort, which a login may leave
    for (const attempt of [
      "set role catchment_user",
      "set role catchment_worker",
      "set role catchment_owner",
      "set role postgres",
      "set session authorization catchment_api",
      "set session authorization postgres",
      "set session_replication_role = replica",
      "create temporary table leads (id int)",
      "create function pg_temp.my_territories() returns int[] language sql as 'select array[1]'",
      "create schema mine",
      "create table bi.mine (id int)",
      "create view bi.mine as select 1",
      "create table public.mine (id int)",
      "create or replace view bi.lead_queue as select 1",
      "create role mine",
      "copy bi.lead_queue to program 'true'",
      "select pg_read_file('postgresql.conf')",
    ]) {
      await bi.query("begin");
      expect([attempt, await refusal(bi, attempt)]).toEqual([attempt, DENIED]);
      await bi.query("rollback");
    }
  });
});

test("it names no table below the views, and no function of ours", async ({ land }) => {
  await asBi(land, async (bi) => {
    await bi.query("begin");
    for (const attempt of [
      "select from app_public.leads",
      "select from app_public.actors",
      "select from app_private.territory_grants",
      "select app_hidden.my_territories()",
      "select app_hidden.my_territory_ids()",
      "select app_hidden.current_actor_id()",
      "select app_public.current_actor()",
      "select app_private.overview()",
      "select app_public.claim_lead(uuidv7())",
      "select from graphile_worker._private_jobs",
    ]) {
      expect([attempt, await refusal(bi, attempt)]).toEqual([attempt, DENIED]);
    }
    await bi.query("rollback");
  });
});

test("with row security off a query is refused, not answered without walls", async ({ land }) => {
  await asBi(land, async (bi) => {
    await bi.query("set row_security = off");
    await expect(bi.query("select from lead_queue")).rejects.toMatchObject({ code: DENIED });
  });
});

test("views are not written through", async ({ land }) => {
  await asBi(land, async (bi) => {
    await bi.query("set default_transaction_read_only = off");
    await bi.query("begin");
    for (const view of await viewsOf(bi)) {
      for (const attempt of [`delete from ${view}`, `insert into ${view} default values`]) {
        // A view over a join takes no writes at all: 55000 says so before anybody's rights are looked at.
        const code = await refusal(bi, attempt);
        expect([attempt, [DENIED, "55000"].includes(code)]).toEqual([attempt, true]);
      }
    }
    await bi.query("rollback");
  });
});

test("a BI login without an actor, or with one that is switched off, sees no row", async ({ db }) => {
  await createStranger(db);
  await db.query("update app_public.actors set is_active = false where slug = 'bi_de'");
  await db.query("set local session authorization bi_de");
  expect((await db.query("select from bi.lead_queue")).rowCount).toBe(0);
  await db.query("reset session authorization");
  await db.query(
    "update app_public.actors set is_active = true, db_role = null, kind = 'system' where slug = 'bi_de'",
  );
  await db.query("set local session authorization bi_de");
  expect((await db.query("select from bi.lead_queue")).rowCount).toBe(0);
});

test("a lead that moves away is gone from the view in the next statement", async ({ db }) => {
  const [de, fr] = [await territoryId(db, "de"), await territoryId(db, "fr")];
  const count = async () => {
    await db.query("set local session authorization bi_de");
    const { rowCount } = await db.query("select from bi.lead_queue");
    await db.query("reset session authorization");
    return rowCount;
  };
  expect(await count()).toBeGreaterThan(0);
  await db.query("update app_public.leads set territory_id = $2 where territory_id = $1", [de, fr]);
  expect(await count()).toBe(0);
});

/** A real login, as a BI tool has one: session_user is the role, and no superuser stands behind it. */
async function asBi(land: Pick<TestDatabase, "urls">, work: (bi: Client) => Promise<void>): Promise<void> {
  await withConnection(roleUrl(land.urls.worker, "bi_de", BI_PASSWORD), async (bi) => {
    const { rows } = await bi.query<{ who: string }>("select session_user::text as who");
    expect(rows).toEqual([{ who: "bi_de" }]);
    await work(bi);
  });
}

async function viewsOf(bi: Client): Promise<string[]> {
  const { rows } = await bi.query<{ name: string }>(
    "select 'bi.' || viewname as name from pg_views where schemaname = 'bi' order by 1",
  );
  expect(rows.length).toBeGreaterThan(1);
  return rows.map(({ name }) => name);
}
