import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/** The whole set of rules under a new revision: decisions pin the revision that they used, so old rules stay. */
export async function writeRules(
  client: Client,
  { territory_rules, scoring_rules, survivorship_rules, routing_rules, gate_rules }: Organization,
  revision: number,
): Promise<void> {
  await client.query(TERRITORY_RULES, [JSON.stringify(inOrder(territory_rules)), revision]);
  await client.query(SCORING_RULES, [JSON.stringify(inOrder(scoring_rules)), revision]);
  await client.query(SURVIVORSHIP_RULES, [JSON.stringify(inOrder(survivorship_rules)), revision]);
  await client.query(ROUTING_RULES, [JSON.stringify(inOrder(routing_rules)), revision]);
  await client.query(GATE_RULES, [JSON.stringify(inOrder(gate_rules)), revision]);
}

function inOrder<Rule extends object>(rules: readonly Rule[]): (Rule & { position: number })[] {
  return rules.map((rule, at) => ({ ...rule, position: at + 1 }));
}

const TERRITORY_RULES = `
  insert into app_public.territory_rules
    (revision, territory_id, boundary_id, position, country, region, postal_prefix, language, company_domain, segment,
     source, employees_min, employees_max, condition)
  select $2, territories.id, territories.boundary_id, wanted.position, wanted.country, wanted.region,
         wanted.postal_prefix, wanted.language, wanted.company_domain, wanted.segment, wanted.source,
         wanted.employees_min, wanted.employees_max, wanted.condition::jsonpath
    from jsonb_to_recordset($1) as wanted (
      territory text, position int, country text, region text, postal_prefix text, language text, company_domain text,
      segment text, source text, employees_min int, employees_max int, condition text)
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;

const SCORING_RULES = `
  insert into app_public.scoring_rules (revision, territory_id, position, part, points, reason, condition, touches_min)
  select $2, territories.id, wanted.position, wanted.part, wanted.points, wanted.reason, wanted.condition::jsonpath, wanted.touches_min
    from jsonb_to_recordset($1) as wanted (
      territory text, position int, part text, points int, reason text, condition text, touches_min int)
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;

const SURVIVORSHIP_RULES = `
  insert into app_public.survivorship_rules (revision, territory_id, position, fields, criteria, trusted_sources)
  select $2, territories.id, wanted.position, wanted.fields, wanted.criteria, wanted.trusted_sources
    from jsonb_to_recordset($1) as wanted (territory text, position int, fields text[], criteria text[], trusted_sources text[])
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;

const GATE_RULES = `
  insert into app_public.gate_rules
    (revision, territory_id, position, source, account_statuses, older_than_days, score_below, is_doubtful, missing, condition, result)
  select $2, territories.id, wanted.position, wanted.source, wanted.account_status, wanted.older_than_days, wanted.score_below,
         wanted.doubtful, wanted.missing, wanted.condition::jsonpath, wanted.result
    from jsonb_to_recordset($1) as wanted (
      territory text, position int, source text, account_status text[], older_than_days int, score_below int, doubtful boolean,
      missing text[], condition text, result text)
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;

const ROUTING_RULES = `
  insert into app_public.routing_rules
    (revision, territory_id, position, source, country, segment, language, score_min, score_max, condition,
     actor_id, team_id, is_for_manager)
  select $2, territories.id, wanted.position, wanted.source, wanted.country, wanted.segment, wanted.language,
         wanted.score_min, wanted.score_max, wanted.condition::jsonpath, actors.id, teams.id, wanted.manager_of_last_owner
    from jsonb_to_recordset($1) as wanted (
      territory text, position int, source text, country text, segment text, language text, score_min int, score_max int,
      condition text, person text, team text, manager_of_last_owner boolean)
    join app_public.territories on territories.slug = wanted.territory
    left join app_public.actors on actors.slug = wanted.person
    left join app_public.teams on teams.slug = wanted.team
   order by wanted.position`;
