import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { act, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

/** Tables without a word for users: their content reaches people through functions, or not at all. */
const TABLES = [
  "app_private.actor_scopes",
  "app_private.api_keys",
  "app_private.audit_blocks",
  "app_private.audit_entries",
  "app_private.audit_salts",
  "app_private.calendar_holidays",
  "app_private.calendar_spans",
  "app_private.capture_keys",
  "app_private.channel_secrets",
  "app_private.clock_changes",
  "app_private.draft_members",
  "app_private.drain_watches",
  "app_private.erasures",
  "app_private.identity_models",
  "app_private.import_batches",
  "app_private.imports",
  "app_private.lead_fields",
  "app_private.lead_identities",
  "app_private.lead_texts",
  "app_private.live_territories",
  "app_private.match_keys",
  "app_private.match_records",
  "app_private.match_statistics",
  "app_private.match_terms",
  "app_private.notification_channels",
  "app_private.notification_kinds",
  "app_private.notification_policies",
  "app_private.notification_preferences",
  "app_private.path_secrets",
  "app_private.permissions",
  "app_private.privacy_requests",
  "app_private.rate_buckets",
  "app_private.realignment_moves",
  "app_private.realignments",
  "app_private.retention_rules",
  "app_private.scoring_models",
  "app_private.scoring_weights",
  "app_private.shadow_runs",
  "app_private.sign_ins",
  "app_private.suppressions",
  "app_private.territory_grants",
  "app_private.territory_shapes",
  "app_private.turns",
  "app_private.watched_stores",
  "app_private.worker_deaths",
  "app_private.worker_pools",
  "app_public.absences",
  "app_public.contract_rules",
  "app_public.contracts",
  "app_public.exception_policies",
  "app_public.gate_rules",
  "app_public.memberships",
  "app_public.notifications",
  "app_public.responsibilities",
  "app_public.revisions",
  "app_public.routing_rules",
  "app_public.scoring_rules",
  "app_public.shadow_routes",
  "app_public.survivorship_rules",
  "app_public.team_members",
  "app_public.territory_rules",
  "app_public.working_hours",
];

test("these are all tables that no user may read", async ({ db }) => {
  const { rows } = await db.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('app_public', 'app_private', 'app_hidden', 'bi')
        and not has_any_column_privilege('catchment_user', oid, 'select')
      order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(TABLES);
});

test("not even an admin or a BI login reads or writes them", async ({ db }) => {
  for (const login of ["ada", "bi_de"]) {
    if (login === "ada") await act(db, login);
    else await actAsLogin(db, login);
    for (const table of TABLES) {
      for (const attempt of [`select from ${table}`, `delete from ${table}`, `truncate ${table}`]) {
        expect([login, attempt, await refusal(db, attempt)]).toEqual([login, attempt, DENIED]);
      }
    }
    await stopActing(db);
  }
});

test("a grant alone opens nothing: without a policy a user sees no row", async ({ db }) => {
  for (const table of TABLES.filter((name) => name.startsWith("app_public."))) {
    await stopActing(db);
    await db.query(`grant select on ${table} to catchment_user`);
    await act(db, "ada");
    const { rowCount } = await db.query(`select from ${table}`);
    expect([table, rowCount]).toEqual([table, 0]);
  }
});

test("jobs are out of reach: their payloads and their queue", async ({ db }) => {
  for (const become of [
    () => act(db, "ada"),
    () => actAsLogin(db, "bi_de"),
    () => actAsLogin(db, "catchment_api"),
  ]) {
    await become();
    expect(await refusal(db, "select from graphile_worker._private_jobs")).toBe(DENIED);
    expect(await refusal(db, "select graphile_worker.add_job('drain_captures')")).toBe(DENIED);
  }
});
