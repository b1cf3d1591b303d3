import type { Client } from "pg";
import { inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { actorId } from "../support/acme.ts";
import { actAs, actAsNobody, stopActing } from "../support/act_as.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";

/** The file's database holds rows of everything in every market of both clients, and one arrival that belongs nowhere. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
  .extend("database", { scope: "file" }, async ({}, { onCleanup }) => {
    await settleTemplate();
    const database = await createDatabase(undefined, TEMPLATE);
    onCleanup(() => database.drop());
    return database;
  })
  .extend("land", { scope: "file", auto: true }, async ({ database }) => database);

const TEMPLATE = "test_land";

/** The first file that wants it settles it for all. */
async function settleTemplate(): Promise<void> {
  await withConnection(inject("cluster").superuserUrl, async (root) => {
    await root.query("select pg_advisory_lock(hashtext($1))", [TEMPLATE]);
    const found = "select from pg_database where datname = $1";
    if ((await root.query(found, [TEMPLATE])).rowCount === 1) return;
    const settling = await createDatabase();
    await settle(settling);
    await root.query(`alter database ${settling.name} rename to ${TEMPLATE}`);
  });
}

const ARRIVALS: [path: string, country: string | null][] = [
  ["web-form", "DE"],
  ["web-form", "DE"],
  ["web-form", "FR"],
  ["web-form", "GB"],
  ["web-form", "US"],
  ["web-form", "BR"],
  ["web-form", null],
  ["globex-form", "NL"],
];

/** One lead an arrival, with its event, decision, assignment and clock by the stages themselves; the rest by hand. */
async function settle(database: Pick<TestDatabase, "urls">): Promise<void> {
  await withConnection(database.urls.worker, async (worker) => {
    const { rows } = await worker.query<{ id: string; country: string | null }>(STAGE, [
      ARRIVALS.map(([path]) => path),
      ARRIVALS.map(([, country]) => country),
    ]);
    const accepted = rows.map(({ id, country }) => {
      const email = `${id}@example.com`;
      return { id, attributes: { email, country, typed: {}, identities: [{ kind: "email", value: email }] } };
    });
    await worker.query("select app_private.process_captures($1, '[]', now())", [JSON.stringify(accepted)]);
    await worker.query("select app_private.fire_thresholds(now() + interval '1 day', 100)");
  });
  await withConnection(database.urls.superuser, async (root) => {
    await root.query(CALLS);
    await root.query(SEGMENTS);
    await root.query(CASES);
    for (const rows of TALK) await root.query(rows);
    await root.query(CONSENTS);
    await root.query(EDITS);
    await root.query(ACCOUNTS);
  });
}

const STAGE = `
  with arrivals as (
    select arrival.country, row_number() over () as ordinal, capture_paths.id as path_id
      from unnest($1::text[], $2::text[]) as arrival (path, country)
      join app_public.capture_paths on capture_paths.slug = arrival.path
  )
  select staged.capture_id as id, arrivals.country
    from (select array_agg(arrivals.path_id order by arrivals.ordinal) as path_ids, count(*)::int as size from arrivals) as batch
   cross join lateral app_private.stage_captures(
      batch.path_ids, array_fill(null::text, array[batch.size]), array_fill('{}'::bytea, array[batch.size]),
      array_fill('application/json'::text, array[batch.size]), array(select md5(n::text) from generate_series(1, batch.size) as n),
      array_fill(false, array[batch.size])) as staged
    join arrivals using (ordinal)`;

const CALLS = `
  insert into app_public.activities (lead_id, territory_id, actor_id, kind, is_response, occurred_at, recorded_at, trace_id)
  select leads.id, leads.territory_id, leads.owner_id, 'call', true, now(), now(), leads.trace_id from app_public.leads`;

const SEGMENTS = `
  insert into app_public.clock_segments (clock_id, territory_id, is_paused, started_at, ended_at, working_seconds)
  select clocks.id, clocks.territory_id, false, clocks.started_at - interval '1 minute', clocks.started_at, 60
    from app_public.clocks where clocks.lead_id is not null`;

const CASES = `
  insert into app_public.exceptions
    (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
  select leads.territory_id, policies.kind, 'By hand', leads.id, team.id, team.id, policies.runbook, now(), now() + interval '1 hour'
    from app_public.leads
    join app_public.exception_policies as policies on policies.kind = 'processing_failed'
   cross join lateral (select app_private.operations_team(leads.territory_id) as id) as team`;

/** What people say and do about the cases and leads: comments, an escalation, a follow-up, an approval of each. */
const TALK = [
  `insert into app_public.exception_comments (exception_id, territory_id, actor_id, text, written_at)
   select exceptions.id, exceptions.territory_id, actors.id, 'By hand', now()
     from app_public.exceptions, app_public.actors where actors.slug = 'ada'`,
  `insert into app_public.exception_escalations (exception_id, territory_id, cause, from_team_id, to_team_id, due_at, escalated_at)
   select exceptions.id, exceptions.territory_id, 'not_resolved', exceptions.owner_team_id, exceptions.escalation_team_id, now(), now()
     from app_public.exceptions`,
  `insert into app_public.tasks (lead_id, territory_id, trace_id, kind, title, owner_id, opened_at, due_at)
   select leads.id, leads.territory_id, leads.trace_id, 'stagnation', 'By hand', leads.owner_id, now(), now() + interval '1 day' from app_public.leads`,
  `insert into app_public.approvals (lead_id, territory_id, trace_id, reason, requested_by_id, approver_id, requested_at, handed_at, due_at)
   select leads.id, leads.territory_id, leads.trace_id, 'By hand', asking.id, asked.id, now(), now(), now() + interval '1 day'
     from app_public.leads, app_public.actors as asking, app_public.actors as asked where asking.slug = 'vera' and asked.slug = 'olga'`,
];

const CONSENTS = `
  insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
  select leads.id, leads.territory_id, 'marketing', 'granted', '1', uuidv7(), leads.trace_id, now() from app_public.leads`;

const ACCOUNTS = `
  insert into app_public.accounts (territory_id, domain, created_at, updated_at)
  select territories.id, 'acme.example', now(), now() from app_public.territories`;

const EDITS = `
  insert into app_public.lead_edits (lead_id, territory_id, trace_id, field, value, edited_at)
  select leads.id, leads.territory_id, leads.trace_id, 'city', 'Somewhere', now() from app_public.leads`;

/** Somebody with an account and no membership. */
export async function createStranger(db: Client): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    "insert into app_public.actors (kind, slug, name) values ('person', 'stranger', 'A stranger') returning id",
  );
  return rows[0]?.id ?? 0;
}

/** Slugs of the territories whose rows of this table somebody sees; null: a request without an identity. */
export async function territoriesSeen(
  db: Client,
  who: string | number | null,
  table: string,
  column = "territory_id",
): Promise<string[]> {
  await stopActing(db);
  const { rows: territories } = await db.query<{ id: number; slug: string }>(
    "select id, slug from app_public.territories",
  );
  const slugs = new Map(territories.map(({ id, slug }) => [id, slug]));
  await act(db, who);
  const { rows } = await db.query<{ id: number }>(`select distinct ${column} as id from app_public.${table}`);
  await stopActing(db);
  return rows.map(({ id }) => slugs.get(id) ?? `an unknown territory ${id}`).sort();
}

/** As this actor of the sample, by slug or id, or as nobody. */
export async function act(db: Client, who: string | number | null): Promise<void> {
  await stopActing(db);
  if (who === null) await actAsNobody(db);
  else await actAs(db, typeof who === "string" ? await actorId(db, who) : who);
}
