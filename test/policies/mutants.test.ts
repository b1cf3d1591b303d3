import { expect } from "vitest";
import { catalogFindings } from "../house/catalog_rules.ts";
import {
  looseDefiners,
  openPolicies,
  tablesWithoutWall,
  unforcedTables,
  viewsBesideTheWall,
} from "../house/wall_rules.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { placesIn, plantCanaries } from "./canary.ts";
import { act, territoriesSeen, test } from "./land.ts";
import { ABSENT } from "./mutations.ts";
import { readAll, readable } from "./readable.ts";
import { DENIED, refusal } from "./refusal.ts";
import { createTarget, NETHERLANDS } from "./targets.ts";

// Each test breaks one defence on purpose and sees a check turn red; else the check would guard nothing.

test("row security switched off on leads: seen by the rows and by three rules", async ({ db }) => {
  expect(await territoriesSeen(db, "felix", "leads")).toEqual(["fr"]);
  expect(await unforcedTables(db)).toEqual([]);
  await db.query("alter table app_public.leads disable row level security");
  expect(await territoriesSeen(db, "felix", "leads")).toContain("globex-nl");
  expect(await unforcedTables(db)).toEqual(["app_public.leads"]);
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "granted_table_without_rls",
    object: "app_public.leads",
  });
});

test("row security no longer forced: seen by two rules", async ({ db }) => {
  await db.query("alter table app_public.leads no force row level security");
  expect(await unforcedTables(db)).toEqual(["app_public.leads"]);
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "no_force_rls",
    object: "app_public.leads",
  });
});

test("a partition without its own walls: seen", async ({ db }) => {
  const { rows } = await db.query<{ name: string }>(
    "select min(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'app_public.captures'::regclass",
  );
  const name = rows[0]?.name ?? "";
  await db.query(`alter table ${name} disable row level security; grant select on ${name} to catchment_user`);
  expect(await unforcedTables(db)).toEqual([name]);
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "child_table_without_rls",
    object: name,
  });
});

test("a view with its owner's rights: seen by the rows and by two rules", async ({ db }) => {
  await db.query(`
    grant create on schema app_public to catchment_owner;
    set local role catchment_owner;
    create view app_public.all_leads as select leads.* from app_public.leads;
    grant select on app_public.all_leads to catchment_user;
    reset role`);
  expect(await territoriesSeen(db, "felix", "all_leads")).toContain("globex-nl");
  expect(await viewsBesideTheWall(db)).toEqual(["app_public.all_leads"]);
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "owner_rights_view_granted",
    object: "app_public.all_leads",
  });
});

test("a policy that is simply true for users: seen by the rows and by two rules", async ({ db }) => {
  await db.query("create policy everything on app_public.clocks for select to catchment_user using (true)");
  expect(await territoriesSeen(db, "felix", "clocks")).toContain("globex-nl");
  expect(await openPolicies(db)).toEqual(["everything on app_public.clocks"]);
  expect(await tablesWithoutWall(db)).toContain("app_public.clocks");
});

test("a policy whose column binds to the inner table: seen by the rows and by the wall's own text", async ({
  db,
}) => {
  await db.query(`
    alter policy select_in_my_territories on app_public.clocks
      using (exists (select from app_public.teams where teams.territory_id = territory_id))`);
  expect(await territoriesSeen(db, "felix", "clocks")).toContain("globex-nl");
  expect(await tablesWithoutWall(db)).toContain("app_public.clocks");
});

test("truncate granted: seen by the deed and by a rule", async ({ db }) => {
  await act(db, "ada");
  expect(await refusal(db, "truncate app_public.escalations")).toBe(DENIED);
  await db.query(
    "reset session authorization; reset role; grant truncate on app_public.escalations to catchment_user",
  );
  await act(db, "ada");
  expect(await refusal(db, "truncate app_public.escalations")).toBe("allowed");
  await stopActing(db);
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "truncate_references_trigger_granted",
    object: "app_public.escalations",
  });
});

test("a definer of catchment_owner, or with an open search path: seen", async ({ db }) => {
  expect(await looseDefiners(db)).toEqual([]);
  await db.query(`
    alter function app_public.claim_lead(uuid) owner to catchment_owner;
    alter function app_private.wake(text) reset search_path`);
  expect(await looseDefiners(db)).toEqual(["app_private.wake(text)", "app_public.claim_lead(uuid)"]);
});

test("a gate that forgets the territory: seen by the matrix's question", async ({ db }) => {
  const { rows } = await db.query<{ id: string }>(
    `select leads.id from app_public.leads join app_public.territories on territories.id = leads.territory_id
      where territories.slug = 'globex-nl'`,
  );
  const call = "select app_public.log_activity($1, 'call')";
  await act(db, "ada");
  expect(await refusal(db, call, [rows[0]?.id])).toBe("NFUND");
  await stopActing(db);
  await db.query(`
    create or replace function app_hidden.require_lead(action text, lead_id uuid) returns app_public.leads
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as 'select leads.* from app_public.leads where leads.id = require_lead.lead_id'`);
  await act(db, "ada");
  expect(await refusal(db, call, [rows[0]?.id])).toBe("allowed");
});

test("a setting that counts on every login: seen by what a BI login gains", async ({ db }) => {
  const { rows } = await db.query<{ id: number }>("select id from app_public.actors where slug = 'ada'");
  const territories = async () => {
    await db.query("set local session authorization bi_de");
    await db.query("select set_config('catchment.actor', $1, true)", [String(rows[0]?.id)]);
    const seen = await db.query<{ territory: string }>(
      "select distinct territory from bi.lead_queue order by 1",
    );
    await db.query("reset session authorization");
    return seen.rows.map(({ territory }) => territory);
  };
  expect(await territories()).toEqual(["de"]);
  await db.query(`
    create or replace function app_hidden.current_actor_id() returns int
    language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    as $$ select nullif(current_setting('catchment.actor', true), '')::int $$`);
  expect(await territories()).toEqual(["br", "de", "fr", "uk", "us"]);
});

test("a view of bi with its owner's rights: seen by what its canaries tell", async ({ db }) => {
  await plantCanaries(db);
  const views = await readable(db, "catchment_bi", "bi");
  const placesSeen = async () => {
    await actAsLogin(db, "bi_de");
    const seen = placesIn(await readAll(db, views));
    await stopActing(db);
    return seen;
  };
  expect(await placesSeen()).toEqual(["de"]);
  await db.query(
    "alter view bi.leads set (security_invoker = false); alter view bi.leads owner to catchment_worker",
  );
  expect(await placesSeen()).toContain("globex-nl");
});

test("a relation that is shown without a wall: seen by what its canaries tell", async ({ db }) => {
  await plantCanaries(db);
  const placesSeen = async () => {
    const relations = await readable(db, "catchment_user", "app_public");
    await act(db, "dora");
    const seen = placesIn(await readAll(db, relations));
    await stopActing(db);
    return seen;
  };
  expect(await placesSeen()).toEqual(["de"]);
  await db.query(`
    grant select on app_public.routing_rules to catchment_user;
    create policy everything on app_public.routing_rules for select to catchment_user using (true)`);
  expect(await placesSeen()).toEqual(["de", "fr", "globex-nl"]);
});

test("a mutation that tells the hidden from the absent: seen by comparing both answers", async ({ db }) => {
  const { leadId } = await createTarget(db, null, NETHERLANDS);
  const messageOf = async (id: string) => {
    await act(db, "ada");
    await db.query("savepoint attempt");
    const message = await db.query("select app_public.claim_lead($1)", [id]).then(
      () => "",
      (error: Error) => error.message,
    );
    await db.query("rollback to savepoint attempt");
    await stopActing(db);
    return message;
  };
  expect(await messageOf(leadId)).toBe(await messageOf(ABSENT.leadId));
  await db.query(`
    create or replace function app_public.claim_lead(lead_id uuid) returns app_public.leads
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if exists (select from app_public.leads where leads.id = claim_lead.lead_id) then
        raise exception 'This lead is not yours' using errcode = 'DENID';
      end if;
      raise exception 'Not there for this actor' using errcode = 'NFUND';
    end $$`);
  expect(await messageOf(leadId)).not.toBe(await messageOf(ABSENT.leadId));
});

test("a reference without its territory: seen by a child that hangs on a hidden lead", async ({ db }) => {
  const { leadId } = await createTarget(db, null, NETHERLANDS);
  const hang = `insert into app_public.activities (lead_id, territory_id, trace_id, kind, is_response, occurred_at, recorded_at)
    select '${leadId}', id, md5('x'), 'call', false, now(), now() from app_public.territories where slug = 'de'`;
  expect(await refusal(db, hang)).toBe("23503");
  await db.query(`
    alter table app_public.activities drop constraint activities_lead_id_territory_id_fkey,
      add constraint activities_lead_id_fkey foreign key (lead_id) references app_public.leads (id) on delete restrict`);
  expect(await refusal(db, hang)).toBe("allowed");
  expect(await catalogFindings(db, "catchment_user")).toContainEqual({
    rule: "single_column_fk_to_rls_table",
    object: "activities_lead_id_fkey on app_public.activities",
  });
});
