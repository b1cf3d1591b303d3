import type { Client } from "pg";

/** Of the policy, in seconds: a bench must not come to the next threshold of leads that it does not ask for. */
const TARGET = 1_000_000;

/**
 * So many open leads with a running clock each, spread over the years to come. `client` is a superuser; no trigger fires,
 * since only what happens to the clocks afterwards is measured.
 */
export async function fillClocks(client: Client, leads: number): Promise<void> {
  await client.query("set session_replication_role = replica");
  for (const table of ["app_public.leads", "app_public.clocks"])
    await client.query(`alter table ${table} disable trigger all`);
  await client.query("update app_public.sla_policies set target_seconds = $1", [TARGET]);
  await client.query(LEADS, [leads]);
  await client.query(CLOCKS);
  for (const table of ["app_public.leads", "app_public.clocks"])
    await client.query(`alter table ${table} enable trigger all`);
  await client.query(ALWAYS);
  await client.query("reset session_replication_role");
  await client.query("vacuum (analyze) app_public.leads, app_public.clocks");
}

/**
 * Of the leads that were filled in, so many a second reach their first threshold, evenly, from `after` seconds on. Answers
 * them in this order, and how many seconds are left: what was due before it is committed would count as late.
 */
export async function makeDue(
  client: Client,
  { perSecond, seconds, after }: { perSecond: number; seconds: number; after: number },
): Promise<{ ids: string[]; ahead: number }> {
  const values = [perSecond * seconds, perSecond, after, TARGET];
  const { rows } = await client.query<{ id: string; ahead: number }>(DUE, values);
  const ahead = rows[0]?.ahead ?? 0;
  if (ahead <= 0) throw new Error(`Writing ${rows.length} deadlines took longer than ${after} s.`);
  return { ids: rows.map(({ id }) => id), ahead };
}

const LEADS = `
  insert into app_public.leads (id, territory_id, owner_id, owned_at, team_id, source, trace_id, first_seen_at, last_activity_at, routed_at,
                                sla_kind, sla_policy_id, sla_started_at, sla_warn_at, sla_due_at, sla_overdue_at)
  select uuidv7(), teams.territory_id, members.actor_id, now(), teams.id, 'web-form', md5(n::text), now(), now(), now(),
         'first_response', policies.id, now(), now() + n * interval '1 second' + interval '30 days',
         now() + n * interval '1 second' + interval '40 days', now() + n * interval '1 second' + interval '60 days'
    from generate_series(1, $1) as n
   cross join (select * from app_public.teams where slug = 'sales-de') as teams
   cross join lateral (select array(select actor_id from app_public.team_members where team_id = teams.id order by position) as ids) as pool
   cross join lateral (select pool.ids[1 + n % cardinality(pool.ids)] as actor_id) as members
   cross join (select * from app_public.sla_policies where slug = 'first-response-de-web') as policies`;

const CLOCKS = `
  insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds, started_at, running_since,
                                 segment_started_at, warn_at, due_at, overdue_at, next_at)
  select leads.id, leads.territory_id, 'first_response', leads.sla_policy_id, leads.trace_id, policies.target_seconds, policies.thresholds,
         leads.sla_started_at, leads.sla_started_at, leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.sla_overdue_at, leads.sla_warn_at
    from app_public.leads join app_public.sla_policies as policies on policies.id = leads.sla_policy_id`;

/** As their migration has them. */
const ALWAYS = `
  do $$
  declare name text;
  begin
    for name in select tgname from pg_trigger where tgrelid = 'app_public.leads'::regclass and tgname like '\\_900\\_audit%' loop
      execute format('alter table app_public.leads enable always trigger %I', name);
    end loop;
  end $$`;

const DUE = `
  with chosen as (
    select clocks.id, clocks.lead_id, row_number() over (order by clocks.id) as n
      from app_public.clocks where clocks.fired = 0 and clocks.next_at > now() + interval '20 days' order by clocks.id limit $1
  ),
  due as (
    update app_public.clocks
       set running_since = planned.at - make_interval(secs => $4 * 0.8), next_at = planned.at, warn_at = planned.at
      from chosen cross join lateral (select now() + make_interval(secs => $3 + chosen.n / $2::float) as at) as planned
     where clocks.id = chosen.id
    returning clocks.id
  ),
  written as (select count(*) from due)  -- before the clock is read
  select chosen.lead_id as id,
         case when written.count > 0 then extract(epoch from now() - clock_timestamp())::float + $3 else 0 end as ahead
    from chosen cross join written order by chosen.n`;
