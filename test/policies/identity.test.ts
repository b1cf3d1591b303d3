import { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { actorId } from "../support/acme.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { act, createStranger, territoriesSeen, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

test("current_actor_id: a setting counts on the API's login only, a BI login is who it logged in as", async ({
  db,
}) => {
  const [ada, biDe] = [await actorId(db, "ada"), await actorId(db, "bi_de")];
  expect(await whoIs(db, "catchment_api", String(ada))).toBe(ada);
  expect(await whoIs(db, "catchment_api", "")).toBeNull();
  expect(await whoIs(db, "catchment_worker", String(ada))).toBeNull();
  expect(await whoIs(db, "catchment_owner", String(ada))).toBeNull();
  expect(await whoIs(db, "bi_de", String(ada))).toBe(biDe);
});

test("a setting that is no number is refused, and no row comes back", async ({ db }) => {
  await act(db, "ada");
  await db.query("select set_config('catchment.actor', $1, true)", ["1 or true"]);
  expect(await refusal(db, "select from app_public.leads")).toBe("22P02");
});

test("a setting of an actor that is not there shows nothing", async ({ db }) => {
  await act(db, 2_000_000_000);
  expect((await db.query("select from app_public.leads")).rowCount).toBe(0);
});

test("the API's login has no rights of its own: it reads nothing and becomes a user only", async ({ db }) => {
  await actAsLogin(db, "catchment_api");
  await db.query("select set_config('catchment.actor', $1, true)", ["1"]);
  for (const attempt of [
    "select from app_public.leads",
    "select from app_public.actors",
    "select from app_private.territory_grants",
    "select app_hidden.my_territories()",
    "select from app_private.actor_scopes",
    "select app_public.current_actor()",
    "set local role catchment_worker",
    "set local role catchment_owner",
    "set local role bi_de",
  ]) {
    expect([attempt, await refusal(db, attempt)]).toEqual([attempt, DENIED]);
  }
  expect(await refusal(db, "set local role catchment_user")).toBe("allowed");
});

test("a user executes nothing of app_private, and names nothing of app_hidden", async ({ db }) => {
  const { rows } = await db.query<{ name: string }>(
    `select oid::regprocedure::text as name from pg_proc
      where pronamespace in ('app_private'::regnamespace, 'app_hidden'::regnamespace)
        and has_schema_privilege('catchment_user', pronamespace, 'usage')
     union all
     select oid::regprocedure::text from pg_proc
      where pronamespace = 'app_private'::regnamespace and has_function_privilege('catchment_user', oid, 'execute')
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`, // an extension's are its installer's
  );
  expect(rows).toEqual([]);
  await act(db, "ada");
  expect(await refusal(db, "select app_private.overview()")).toBe(DENIED);
  expect(await refusal(db, "select app_private.levenshtein('a', 'b')")).toBe(DENIED);
  expect(await refusal(db, "select app_hidden.my_territories()")).toBe(DENIED);
  for (const gate of [
    "require('read', 1)",
    "require_lead('read', null)",
    "require_leads('read', null)",
    "require_leads_to_change('read', null)",
    "require_exception(null)",
    "require_path('desk')",
    "require_door('capture', 'desk')",
    "require_boundary('realign', 'global')",
  ]) {
    expect([gate, await refusal(db, `select app_hidden.${gate}`)]).toEqual([gate, DENIED]);
  }
});

test("actor_id_of: a token's subject is an active person, never an API key or a BI login", async ({ db }) => {
  const dora = await actorId(db, "dora");
  const ask = async (slug: string) => {
    const { rows } = await db.query<{ id: number | null }>("select app_hidden.actor_id_of($1) as id", [slug]);
    return rows[0]?.id;
  };
  expect(await ask("dora")).toBe(dora);
  for (const slug of ["partner", "bi_de", "no-such-actor"])
    expect([slug, await ask(slug)]).toEqual([slug, null]);
  await db.query("update app_public.actors set is_active = false where slug = 'dora'");
  expect(await ask("dora")).toBeNull();
});

test("my_territories and visible_actor_ids: somebody switched off reaches nothing any more", async ({
  db,
}) => {
  expect(await territoriesSeen(db, "mona", "leads")).toEqual(["de", "fr", "uk"]);
  await db.query("update app_public.actors set is_active = false where slug = 'mona'");
  expect(await territoriesSeen(db, "mona", "leads")).toEqual([]);
  await act(db, "mona");
  const { rows } = await db.query<{ slug: string }>("select slug from app_public.actors");
  expect(rows).toEqual([{ slug: "mona" }]); // oneself: who the token speaks for
});

test("a revoked membership counts from the next statement of a transaction that runs", async ({ land }) => {
  const leaver = await withConnection(land.urls.superuser, async (root) => {
    const id = await createStranger(root);
    await root.query(
      "insert into app_public.memberships select $1, id, 'manager' from app_public.territories where slug = 'de'",
      [id],
    );
    return id;
  });
  const request = new Client({ connectionString: land.urls.api });
  await request.connect();
  try {
    await request.query("begin");
    await request.query("set local role catchment_user");
    await request.query("select set_config('catchment.actor', $1, true)", [String(leaver)]);
    const leads = { name: "leads", text: "select from app_public.leads" };
    expect((await request.query(leads)).rowCount).toBeGreaterThan(0);
    await withConnection(land.urls.superuser, (root) =>
      root.query("delete from app_public.memberships where actor_id = $1", [leaver]),
    );
    expect((await request.query(leads)).rowCount).toBe(0);
  } finally {
    await request.end();
    await withConnection(land.urls.superuser, (root) =>
      root.query("delete from app_public.actors where id = $1", [leaver]),
    );
  }
});

test("identity ends with the transaction: the next request on the connection is nobody", async ({ land }) => {
  await withConnection(land.urls.api, async (request) => {
    await request.query("begin");
    await request.query("set local role catchment_user");
    const ada = await withConnection(land.urls.superuser, (root) => actorId(root, "ada"));
    await request.query("select set_config('catchment.actor', $1, true)", [String(ada)]);
    expect((await request.query("select from app_public.leads")).rowCount).toBeGreaterThan(0);
    await request.query("commit");

    await request.query("begin");
    await request.query("set local role catchment_user");
    expect((await request.query("select from app_public.leads")).rowCount).toBe(0);
    await request.query("rollback");
  });
});

/** What current_actor_id answers to a login with this setting. */
async function whoIs(db: Client, login: string, setting: string): Promise<number | null | undefined> {
  await stopActing(db);
  await db.query("grant usage on schema app_hidden to public");
  await db.query("grant execute on function app_hidden.current_actor_id() to public");
  await actAsLogin(db, login);
  await db.query("select set_config('catchment.actor', $1, true)", [setting]);
  const { rows } = await db.query<{ id: number | null }>("select app_hidden.current_actor_id() as id");
  await stopActing(db);
  return rows[0]?.id;
}
