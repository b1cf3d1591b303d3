import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/** The whole set of rules under a new revision: decisions pin the revision that they used, so old rules stay. */
export async function writeRules(
  client: Client,
  { territory_rules, scoring_rules }: Organization,
  revision: number,
): Promise<void> {
  await client.query(TERRITORY_RULES, [JSON.stringify(inOrder(territory_rules)), revision]);
  await client.query(SCORING_RULES, [JSON.stringify(inOrder(scoring_rules)), revision]);
}

function inOrder<Rule extends object>(rules: readonly Rule[]): (Rule & { position: number })[] {
  return rules.map((rule, at) => ({ ...rule, position: at + 1 }));
}

const TERRITORY_RULES = `
  insert into app_public.territory_rules
    (revision, territory_id, boundary_id, position, country, region, postal_prefix, language, company_domain, segment,
     source, condition)
  select $2, territories.id, territories.boundary_id, wanted.position, wanted.country, wanted.region,
         wanted.postal_prefix, wanted.language, wanted.company_domain, wanted.segment, wanted.source,
         wanted.condition::jsonpath
    from jsonb_to_recordset($1) as wanted (
      territory text, position int, country text, region text, postal_prefix text, language text, company_domain text,
      segment text, source text, condition text)
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;

const SCORING_RULES = `
  insert into app_public.scoring_rules (revision, territory_id, position, points, reason, condition)
  select $2, territories.id, wanted.position, wanted.points, wanted.reason, wanted.condition::jsonpath
    from jsonb_to_recordset($1) as wanted (territory text, position int, points int, reason text, condition text)
    join app_public.territories on territories.slug = wanted.territory
   order by wanted.position`;
