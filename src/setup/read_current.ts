import type { ClientBase } from "pg";
import { Contract } from "../contracts/contract.ts";
import { PARTS, type Part, type Row, type Rows } from "./state.ts";

/**
 * What the database holds of an organization, in the words of its YAML. Switched-off actors, teams, paths and policies
 * are not part of it; contracts and responsibilities of closed paths are, since they wait there for their path.
 */
export async function readCurrent(client: ClientBase): Promise<Rows> {
  const read = new Map<Part, readonly Row[]>();
  for (const part of PARTS) {
    const { rows } = await client.query<{ row: Row }>(QUERIES[part]);
    read.set(
      part,
      rows.map(({ row }) => row),
    );
  }
  const of = (part: Part) => read.get(part) ?? [];
  return {
    territories: of("territories"),
    calendars: of("calendars"),
    actors: of("actors"),
    sign_ins: of("sign_ins"),
    teams: of("teams"),
    capture_paths: of("capture_paths"),
    contracts: of("contracts").map((row) => ({ ...row, definition: asRead(row.definition) })),
    responsibilities: of("responsibilities"),
    territory_rules: of("territory_rules"),
    scoring_rules: of("scoring_rules"),
    survivorship_rules: of("survivorship_rules"),
    routing_rules: of("routing_rules"),
    gate_rules: of("gate_rules"),
    sla_policies: of("sla_policies"),
    retention_rules: of("retention_rules"),
    notification_channels: of("notification_channels"),
    notification_policies: of("notification_policies"),
    exception_policies: of("exception_policies"),
  };
}

// With the defaults of today: one that came later does not make the same text a new version.
function asRead(definition: unknown): unknown {
  const read = Contract.safeParse(definition);
  return read.success ? read.data : definition;
}

// One entry a block and day, as `stateOf` brings those of a folder too.
function hours(whose: string): string {
  return `(
    select coalesce(jsonb_agg(jsonb_build_object(
             'days', jsonb_build_array((array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[working_hours.day]),
             'from', to_char(working_hours.starts, 'HH24:MI'), 'to', to_char(working_hours.ends, 'HH24:MI'))), '[]')
      from app_public.working_hours where working_hours.${whose})`;
}

// Whole rows: a column that bears the name of a YAML key is read without being named here.
const QUERIES: Record<Part, string> = {
  territories: `
    select to_jsonb(territories) || jsonb_build_object('parent', parents.slug, 'fallback', pools.slug, 'calendar', calendars.slug) as row
      from app_public.territories
      left join app_public.territories as parents on parents.id = territories.parent_id
      left join app_public.teams as pools on pools.id = territories.fallback_team_id
      left join app_public.calendars on calendars.id = territories.calendar_id
     order by territories.slug`,
  calendars: `
    select to_jsonb(calendars) || jsonb_build_object('territory', territories.slug) as row
      from app_public.calendars
      join app_public.territories on territories.id = calendars.territory_id
     where calendars.is_active
     order by calendars.slug`,
  actors: `
    select to_jsonb(actors) || jsonb_build_object('manager', managers.slug, 'memberships', coalesce(held.memberships, '[]'),
                                                  'working_hours', ${hours("actor_id = actors.id")}) as row
      from app_public.actors
      left join app_public.actors as managers on managers.id = actors.manager_id
      left join lateral (
        select jsonb_agg(jsonb_build_object('territory', territories.slug, 'role', memberships.role)) as memberships
          from app_public.memberships join app_public.territories on territories.id = memberships.territory_id
         where memberships.actor_id = actors.id
      ) as held on true
     where actors.is_active and actors.kind <> 'system' and actors.granted_at is null
     order by actors.slug`,
  sign_ins: `
    select jsonb_build_object('actor', actors.slug, 'issuer', sign_ins.issuer, 'subject', sign_ins.subject) as row
      from app_private.sign_ins join app_public.actors on actors.id = sign_ins.actor_id
     where sign_ins.granted_at is null
     order by actors.slug, sign_ins.issuer`,
  teams: `
    select to_jsonb(teams) || jsonb_build_object('territory', territories.slug, 'escalates_to', targets.slug,
                                                 'members', coalesce(present.members, '[]'),
                                                 'working_hours', ${hours("team_id = teams.id")}) as row
      from app_public.teams
      join app_public.territories on territories.id = teams.territory_id
      left join app_public.teams as targets on targets.id = teams.escalates_to_id
      left join lateral (
        select jsonb_agg(jsonb_build_object('actor', actors.slug, 'weight', team_members.weight, 'capacity', team_members.capacity,
                                            'daily_capacity', team_members.daily_capacity)
                         order by team_members.position) as members
          from app_public.team_members join app_public.actors on actors.id = team_members.actor_id
         where team_members.team_id = teams.id
      ) as present on true
     where teams.is_active
     order by teams.slug`,
  capture_paths: `
    select to_jsonb(capture_paths) || jsonb_build_object(
             'territory', territories.slug,
             'rate', case when capture_paths.rate_per_second is not null then
               jsonb_build_object('per_second', capture_paths.rate_per_second, 'burst', capture_paths.rate_burst) end) as row
      from app_public.capture_paths
      join app_public.territories on territories.id = capture_paths.territory_id
     where capture_paths.is_active
     order by capture_paths.slug`,
  contracts: `
    select jsonb_build_object('slug', capture_paths.slug, 'version', contracts.version, 'definition', contracts.definition) as row
      from app_public.capture_paths
      join app_public.contracts on contracts.id = capture_paths.active_contract_id
     order by capture_paths.slug`,
  responsibilities: `
    select jsonb_object_agg(responsibilities.duty, teams.slug) || jsonb_build_object('slug', capture_paths.slug) as row
      from app_public.responsibilities
      join app_public.capture_paths on capture_paths.id = responsibilities.path_id
      join app_public.teams on teams.id = responsibilities.team_id
     group by capture_paths.slug
     order by capture_paths.slug`,
  territory_rules: `
    select to_jsonb(territory_rules) || jsonb_build_object('territory', territories.slug) as row
      from app_public.territory_rules
      join app_public.territories on territories.id = territory_rules.territory_id
     where territory_rules.revision = app_private.current_revision()
     order by territory_rules.position`,
  scoring_rules: `
    select to_jsonb(scoring_rules) || jsonb_build_object('territory', territories.slug) as row
      from app_public.scoring_rules
      join app_public.territories on territories.id = scoring_rules.territory_id
     where scoring_rules.revision = app_private.current_revision()
     order by scoring_rules.position`,
  survivorship_rules: `
    select to_jsonb(survivorship_rules) || jsonb_build_object('territory', territories.slug) as row
      from app_public.survivorship_rules
      join app_public.territories on territories.id = survivorship_rules.territory_id
     where survivorship_rules.revision = app_private.current_revision()
     order by survivorship_rules.position`,
  routing_rules: `
    select to_jsonb(routing_rules) || jsonb_build_object('territory', territories.slug, 'person', actors.slug, 'team', teams.slug,
                                                         'manager_of_last_owner', routing_rules.is_for_manager) as row
      from app_public.routing_rules
      join app_public.territories on territories.id = routing_rules.territory_id
      left join app_public.actors on actors.id = routing_rules.actor_id
      left join app_public.teams on teams.id = routing_rules.team_id
     where routing_rules.revision = app_private.current_revision()
     order by routing_rules.position`,
  gate_rules: `
    select to_jsonb(gate_rules) || jsonb_build_object('territory', territories.slug, 'account_status', gate_rules.account_statuses,
                                                      'doubtful', gate_rules.is_doubtful) as row
      from app_public.gate_rules
      join app_public.territories on territories.id = gate_rules.territory_id
     where gate_rules.revision = app_private.current_revision()
     order by gate_rules.position`,
  sla_policies: `
    select to_jsonb(sla_policies) || jsonb_build_object(
             'territory', territories.slug,
             'thresholds', (select jsonb_agg(jsonb_build_object('at', percent, 'do', sla_policies.threshold_actions -> percent::text) order by percent)
                              from unnest(sla_policies.thresholds) as percent)) as row
      from app_public.sla_policies
      join app_public.territories on territories.id = sla_policies.territory_id
     where sla_policies.is_active
     order by sla_policies.slug`,
  retention_rules: `
    select to_jsonb(retention_rules) || jsonb_build_object('territory', territories.slug) as row
      from app_private.retention_rules
      join app_public.territories on territories.id = retention_rules.territory_id
     order by retention_rules.slug`,
  notification_channels: `
    select to_jsonb(channels) || jsonb_build_object('territory', territories.slug, 'team', teams.slug, 'person', actors.slug) as row
      from app_private.notification_channels as channels
      left join app_public.territories on territories.id = channels.territory_id
      left join app_public.teams on teams.id = channels.team_id
      left join app_public.actors on actors.id = channels.actor_id
     where channels.is_active
     order by channels.slug`,
  notification_policies: `
    select to_jsonb(policies) || jsonb_build_object('territory', territories.slug, 'quiet_from', to_char(policies.quiet_from, 'HH24:MI'),
                                                    'quiet_until', to_char(policies.quiet_until, 'HH24:MI')) as row
      from app_private.notification_policies as policies
      join app_public.territories on territories.id = policies.territory_id
     order by policies.slug`,
  exception_policies: `
    select to_jsonb(exception_policies) || jsonb_build_object('team', owners.slug, 'fallback', fallbacks.slug) as row
      from app_public.exception_policies
      left join app_public.teams as owners on owners.id = exception_policies.team_id
      left join app_public.teams as fallbacks on fallbacks.id = exception_policies.fallback_team_id
     order by exception_policies.kind`,
};
