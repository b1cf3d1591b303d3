import { withConnection } from "../postgres/connect.ts";
import { makePool, withClient } from "../postgres/pools.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { type Dealt, deviations } from "./deviation.ts";
import { type Mode, rate, type Section } from "./section.ts";

/**
 * 10,000 leads to four pools of weights 5:3:1, routed by one worker and by four, 50 at a time: somebody is away, comes back,
 * runs out of room and gets some. Who was present with room at each lead is read from what its decision says, so that
 * the fair share is worked out by nobody who dealt.
 */
export async function benchFairness(cluster: BenchCluster, { log }: Mode): Promise<Section> {
  const sides: Side[] = [];
  for (const workers of [1, 4]) {
    log(`fairness: ${workers} ${workers === 1 ? "worker" : "workers"}`);
    const database = await cluster.copy();
    try {
      sides.push(await measureFairness(database.urls, workers, LEADS_A_PHASE));
    } finally {
      await database.drop();
    }
  }
  const [one, four] = sides.map(inOrder);
  if (one !== four) throw new Error("Four workers found other owners than one, turn by turn.");
  return report(sides);
}

/** Whose each turn of each pool was. */
export function inOrder({ deals }: Pick<Side, "deals">): string {
  return deals.map(({ team, turn, owner }) => `${team} ${turn} ${owner}`).join("\n");
}

export type Side = { workers: number; perSecond: number; deals: Deal[]; worst: number; queued: number };
type Deal = Dealt & { turn: number };

const PHASES = 4;
const LEADS_A_PHASE = 2_500;

/** Throws when a lead has two owners or none, or when somebody is further from the fair share than one lead. */
export async function measureFairness(
  urls: Pick<BenchDatabase["urls"], "superuser" | "worker">,
  workers: number,
  leadsAPhase: number,
): Promise<Side> {
  return withConnection(urls.superuser, async (client) => {
    await client.query(POOLS);
    await client.query(LIMIT, [Math.round(leadsAPhase * 0.16)]);
    let seconds = 0;
    for (let phase = 0; phase < PHASES; phase += 1) {
      await client.query(CHANGES[phase] ?? "");
      const { rows } = await client.query<{ id: string }>(ARRIVALS, [leadsAPhase]);
      const ids = rows.map(({ id }) => id);
      seconds += await routeBy(urls.worker, workers, ids);
    }
    const { rows: deals } = await client.query<Deal>(DEALS);
    const { rows: counted } = await client.query<{ queued: number; doubled: number; leads: number }>(COUNTS);
    const { queued = 0, doubled = 0, leads = 0 } = counted[0] ?? {};
    if (doubled > 0) throw new Error(`${doubled} leads have two owners or two effective decisions.`);
    if (deals.length + queued !== leads)
      throw new Error("Some lead has neither an owner nor a place in the queue.");
    const worst = Math.max(...deviations(deals).values());
    if (worst > 1) throw new Error(`Somebody was ${worst.toFixed(3)} leads away from the fair share.`);
    return { workers, perSecond: (PHASES * leadsAPhase) / seconds, deals, worst, queued };
  });
}

async function routeBy(url: string, workers: number, ids: readonly string[]): Promise<number> {
  const pool = makePool(url, { max: workers, applicationName: "bench fairness" });
  let next = 0;
  const work = () =>
    withClient(pool, async (client) => {
      await client.query(AS_THE_STAGES);
      for (let at = next; at < ids.length; at = next) {
        next = at + BATCH;
        await client.query({ name: "route", text: ROUTE, values: [ids.slice(at, at + BATCH)] });
      }
    });
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.end();
  return seconds;
}

const BATCH = 50;
const ROUTE = "select app_private.apply_routes($1, app_private.current_revision(), now())";
/** As process_captures sets them. */
const AS_THE_STAGES = "set enable_seqscan = off; set enable_mergejoin = off; set enable_hashjoin = off";

/** Captures of new leads from four countries in turn, located and not routed yet, in the order of their ids. */
const ARRIVALS = `
  with arrivals as materialized (
    select uuidv7() as id, uuidv7() as lead_id, md5(random()::text) as trace_id, paths.id as path_id, paths.source,
           paths.active_contract_id as contract_id, territories.id as territory_id
      from generate_series(1, $1) as n
      join app_public.territories on territories.slug = (array['br', 'de', 'fr', 'us'])[1 + n % 4]
     cross join (select * from app_public.capture_paths where slug = 'web-form') as paths
  ),
  leads as (
    insert into app_public.leads (id, territory_id, source, trace_id, first_seen_at, last_activity_at)
    select lead_id, territory_id, source, trace_id, now(), now() from arrivals
  )
  insert into app_public.captures (id, path_id, territory_id, contract_id, lead_id, status, outcome, trace_id, body, processed_at)
  select id, path_id, territory_id, contract_id, lead_id, 'processed', 'lead_created', trace_id, '', now() from arrivals
  returning id`;

/** The sales teams of the four countries of the sample, each with three members made for it. */
const POOLS = `
  delete from app_public.team_members using app_public.teams where teams.id = team_id and teams.slug ~ '^sales-(de|fr|us|br)$';
  insert into app_public.actors (kind, slug, name)
  select 'person', format('%s-%s', teams.slug, weight), 'Made for the bench'
    from app_public.teams cross join (values (5), (3), (1)) as weights (weight) where teams.slug ~ '^sales-(de|fr|us|br)$';
  insert into app_public.team_members (team_id, territory_id, actor_id, position, weight)
  select teams.id, teams.territory_id, actors.id, weight, weight
    from app_public.teams cross join (values (5), (3), (1)) as weights (weight)
    join app_public.actors on actors.slug = format('%s-%s', teams.slug, weight)
   where teams.slug ~ '^sales-(de|fr|us|br)$';
  insert into app_public.memberships (actor_id, territory_id, role)
  select team_members.actor_id, team_members.territory_id, 'rep'
    from app_public.team_members join app_public.teams on teams.id = team_members.team_id where teams.slug ~ '^sales-(de|fr|us|br)$'`;

/** Those of weight 3 can have so many open leads. */
const LIMIT = `
  update app_public.team_members set capacity = $1 from app_public.actors where actors.id = actor_id and slug ~ '^sales-.*-3$'`;

/** Before each phase. Those of weight 3 run out of room in the second; the last begins with everybody. */
const CHANGES = [
  "",
  `insert into app_public.absences (actor_id, starts_at, ends_at)
   select id, now() - interval '1 hour', now() + interval '1 day' from app_public.actors where slug ~ '-5$'`,
  `update app_public.absences set ends_at = now();
   insert into app_public.absences (actor_id, starts_at, ends_at)
   select id, now() - interval '1 hour', now() + interval '1 day' from app_public.actors where slug ~ '-1$';
   update app_public.leads set status = 'closed_won', closed_at = now()
    where id in (select id from (select leads.id, row_number() over (partition by owner_id order by leads.id) as n
                                   from app_public.leads join app_public.actors on actors.id = owner_id where slug ~ '-3$') as held where n <= 100)`,
  `update app_public.absences set ends_at = now() where ends_at > now();
   update app_public.team_members set capacity = null`,
];

const DEALS = `
  select teams.slug as team, (decisions.inputs ->> 'turn')::int as turn, owners.slug as owner,
         array(select split_part(candidate ->> 'actor', '-', 3)::int from jsonb_array_elements(decisions.candidates) as candidate
                where candidate ->> 'reason' !~ '^is (absent|at capacity|off work|switched off)') as present
    from app_public.decisions
    join app_public.teams on teams.id = decisions.team_id
    join app_public.actors as owners on owners.id = decisions.owner_id
   where decisions.action = 'assign'
   order by 1, 2`;

const COUNTS = `
  select (select count(*)::int from app_public.leads) as leads,
         (select count(*)::int from app_public.leads where owner_id is null) as queued,
         (select count(*)::int from (
            select from app_public.assignments where ended_at is null group by lead_id having count(*) > 1
            union all
            select from app_public.decisions where superseded_by_id is null group by lead_id, trace_id having count(*) > 1) as doubled) as doubled`;

function report(sides: readonly Side[]): Section {
  return {
    title: "Fairness: 10,000 leads to four pools of weights 5:3:1, with absences and capacity",
    columns: ["workers", "leads/s routed", "dealt", "largest distance from the fair share"],
    rows: sides.map(({ workers, perSecond, deals, worst }) => [
      String(workers),
      rate(perSecond),
      rate(deals.length),
      `${worst.toFixed(3)} leads`,
    ]),
    notes: [
      "After every lead, for every member, over all leads dealt while they were present with room (goal: at most 1).",
      "Turn by turn the owners are the same with one worker and with four; no lead has two owners, none is lost.",
    ],
    data: { sides: sides.map(({ deals, ...side }) => ({ ...side, dealt: deals.length })) },
  };
}
