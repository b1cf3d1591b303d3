import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { looseDefiners, OUR_FUNCTION, OURS, objects } from "./wall_rules.ts";

test("every definer function belongs to the worker and pins its search path", async ({ db }) => {
  const definers = await objects(
    db,
    `select oid::regprocedure from pg_proc where pronamespace::regnamespace::text in ${OURS} and prosecdef`,
  );
  expect(definers.length).toBeGreaterThan(10);
  expect(await looseDefiners(db)).toEqual([]);
});

test("nobody may execute anything by default", async ({ db }) => {
  const executable = await objects(
    db,
    `select oid::regprocedure from pg_proc where ${OUR_FUNCTION} and has_function_privilege('public', oid, 'execute')`,
  );
  expect(executable).toEqual([]);
});

test("what an extension brings is pure, and users and tools do not reach its schema", async ({ db }) => {
  const brought = `from pg_proc where pronamespace::regnamespace::text in ${OURS} and not (${OUR_FUNCTION})`;
  expect((await objects(db, `select proname ${brought}`)).length).toBeGreaterThan(0);
  expect(
    await objects(
      db,
      // Those of pg_trgm that read or set the session's own threshold, which nothing here asks for.
      `select oid::regprocedure ${brought} and (provolatile <> 'i' and proname !~ '^(set|show)_limit$|_op$' or prosecdef or pronamespace <> 'app_private'::regnamespace)`,
    ),
  ).toEqual([]);
  expect(
    await objects(
      db,
      `select role from unnest(array['public', 'catchment_user', 'catchment_bi', 'bi_de']) as roles (role)
        where has_schema_privilege(role, 'app_private', 'usage')`,
    ),
  ).toEqual([]);
});

test("the roles of requests and tools execute what is listed here, and no more", async ({ db }) => {
  const { rows } = await db.query<{ role: string; names: string[] }>(
    `select role, array_agg(pronamespace::regnamespace || '.' || proname order by pronamespace::regnamespace::text, proname) as names
       from unnest(array['catchment_api', 'catchment_user', 'catchment_bi']) as roles (role)
       join pg_proc on ${OUR_FUNCTION} and has_function_privilege(role, pg_proc.oid, 'execute')
      group by role`,
  );
  const whoAmI = [
    "app_hidden.current_actor_id",
    "app_hidden.my_territories",
    "app_hidden.my_territory_ids",
    "app_hidden.score_parts", // of a visible lead
    "app_hidden.visible_actor_ids",
  ];
  const measures = ["app_hidden.working_seconds"]; // of visible clocks
  const pure = ["app_hidden.calendar_seconds", "app_hidden.channel_of", "app_hidden.credit_until"]; // of their calendars, of the views of attribution
  expect(Object.fromEntries(rows.map(({ role, names }) => [role, names]))).toEqual({
    catchment_api: [
      "app_hidden.actor_id_of",
      "app_hidden.actor_id_of_sign_in",
      "app_hidden.follow_territories",
      "app_hidden.territories_followed",
      "app_private.capture_doors",
      "app_private.key_surface",
      "app_private.lease_tokens",
      "app_private.mark_erasures_recorded",
      "app_private.overview",
      "app_private.sealed_secrets",
      "app_private.stage_captures",
      "app_private.unrecorded_erasures",
      "app_private.use_api_key",
    ],
    catchment_bi: [
      ...pure,
      "app_hidden.current_actor_id",
      "app_hidden.impersonal",
      "app_hidden.my_audited_territory_ids",
      "app_hidden.my_territories",
      "app_hidden.my_territory_ids",
      "app_hidden.page_of",
      "app_hidden.score_parts",
      "app_hidden.visible_actor_ids",
      ...measures,
    ],
    catchment_user: [
      ...pure,
      ...whoAmI,
      ...measures,
      "app_public.accept_lead",
      "app_public.acknowledge_exception",
      "app_public.assign_exception",
      "app_public.bulk_reassign_leads",
      "app_public.cancel_realignment",
      "app_public.capture_lead",
      "app_public.change_lead_status",
      "app_public.claim_lead",
      "app_public.comment_exception",
      "app_public.complete_task",
      "app_public.consents_source_event",
      "app_public.correct_capture",
      "app_public.create_api_key",
      "app_public.current_actor",
      "app_public.decide_approval",
      "app_public.decline_lead",
      "app_public.discard_captures",
      "app_public.edit_account",
      "app_public.edit_lead",
      "app_public.erase_lead",
      "app_public.exempt_from_realignment",
      "app_public.export_person",
      "app_public.lead_matches",
      "app_public.lead_page",
      "app_public.leads_account",
      "app_public.leads_attribution",
      "app_public.leads_clock_intervals",
      "app_public.leads_consent_states",
      "app_public.leads_decision",
      "app_public.leads_engagement_score",
      "app_public.leads_explanation",
      "app_public.leads_field_origins",
      "app_public.leads_fit_score",
      "app_public.leads_prediction",
      "app_public.leads_primary_source",
      "app_public.leads_sla_elapsed_ratio",
      "app_public.leads_sla_remaining",
      "app_public.leads_sla_state",
      "app_public.leads_story",
      "app_public.leads_times",
      "app_public.log_activity",
      "app_public.merge_leads",
      "app_public.notification_settings",
      "app_public.pause_clock",
      "app_public.preview_merge",
      "app_public.preview_realignment",
      "app_public.preview_route",
      "app_public.preview_unmerge",
      "app_public.quarantined_capture",
      "app_public.realignments",
      "app_public.reassign_lead",
      "app_public.record_consent",
      "app_public.release_captures",
      "app_public.reopen_exception",
      "app_public.request_approval",
      "app_public.resolve_exception",
      "app_public.resume_clock",
      "app_public.revalidate_captures",
      "app_public.revoke_api_key",
      "app_public.schedule_realignment",
      "app_public.search_leads",
      "app_public.set_absence",
      "app_public.set_notification_preferences",
      "app_public.suppress_person",
      "app_public.trace",
      "app_public.undo_lead_edits",
      "app_public.unmerge_lead",
      "app_public.unsuppress_person",
    ],
  });
});

test("every mutation is a definer that asks app_hidden.require before it does anything", async ({ db }) => {
  const functions = await mutations(db);
  expect(functions.length).toBeGreaterThan(5);
  expect(functions.filter(({ definer }) => !definer).map(({ name }) => name)).toEqual([]);
  expect(functions.filter(({ body }) => !asksFirst(body)).map(({ name }) => name)).toEqual([]);
});

test("every mutation that answers a row with a territory looks again before it answers", async ({ db }) => {
  const answering = (await mutations(db)).filter(({ has_territory }) => has_territory);
  expect(answering.length).toBeGreaterThan(3);
  expect(answering.filter(({ body }) => !looksAgain(body)).map(({ name }) => name)).toEqual([]);
});

test("a mutation that reads first, or answers what it wrote, is found", () => {
  const gate = "\n  lead app_public.leads := app_hidden.require_lead('work_lead', lead_id);\n";
  const look =
    "select * into answer from t where t.territory_id = any ((select app_hidden.my_territories())::int[]); return answer;";
  expect(asksFirst(`declare${gate}begin update t; end`)).toBe(true);
  expect(asksFirst("begin select * into door from t; perform app_hidden.require('a', 1); end")).toBe(false);
  expect(asksFirst("begin return 1; end")).toBe(false);
  expect(looksAgain(`declare${gate}begin update t set a = 1; ${look} end`)).toBe(true);
  expect(looksAgain(`declare${gate}begin ${look} update t set a = 1; return answer; end`)).toBe(false);
});

type Mutation = { name: string; definer: boolean; has_territory: boolean; body: string };

async function mutations(db: Parameters<typeof objects>[0]): Promise<Mutation[]> {
  const { rows } = await db.query<Mutation>(
    `select pg_proc.oid::regprocedure::text as name, pg_proc.prosecdef as definer, pg_proc.prosrc as body,
            exists (select from pg_type join pg_attribute on attrelid = typrelid
                     where pg_type.oid = pg_proc.prorettype and attname = 'territory_id') as has_territory
       from pg_proc
      where pg_proc.pronamespace = 'app_public'::regnamespace and pg_proc.provolatile = 'v'
      order by 1`,
  );
  return rows;
}

/** Nothing is read, written or raised before the gate. */
function asksFirst(body: string): boolean {
  const gate = body.search(/\bapp_hidden\.require/);
  return gate !== -1 && !/\b(?:select|insert|update|delete|raise)\b/.test(body.slice(0, gate));
}

/** The last statement before the answer reads it under the territories of the asking actor. */
function looksAgain(body: string): boolean {
  const statements = body.split(";").map((statement) => statement.trim());
  const last = statements[statements.findLastIndex((statement) => /^return\b/.test(statement)) - 1] ?? "";
  return /\binto\b/.test(last) && last.includes("app_hidden.my_territories()");
}
