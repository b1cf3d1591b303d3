import type { ClientBase } from "pg";
import { allRows, oneValue } from "./rows.ts";

/** A rule as YAML says it; its place in the list is its place here. */
export type Rule = { territory: string } & Record<string, string | number | undefined>;

/** A revision with these rules and no others; it is the current one from now on. */
export async function addRules(db: ClientBase, rules: readonly Rule[]): Promise<number> {
  const revision = await oneValue<number>(
    db,
    "insert into app_public.revisions (digest, applied_by, applied_at) values ('x', 'test', now()) returning id as value",
  );
  await db.query(
    `insert into app_public.territory_rules
       (revision, territory_id, boundary_id, position, country, region, postal_prefix, language, company_domain, segment,
        source, employees_min, employees_max, condition)
     select $1, territories.id, territories.boundary_id, wanted.position, wanted.country, wanted.region,
            wanted.postal_prefix, wanted.language, wanted.company_domain, wanted.segment, wanted.source,
            wanted.employees_min, wanted.employees_max, wanted.condition::jsonpath
       from jsonb_to_recordset($2) as wanted (
         territory text, position int, country text, region text, postal_prefix text, language text, company_domain text,
         segment text, source text, employees_min int, employees_max int, condition text)
       join app_public.territories on territories.slug = wanted.territory`,
    [revision, JSON.stringify(rules.map((rule, at) => ({ ...rule, position: at + 1 })))],
  );
  return revision;
}

/** The territory that these rules give such a lead of the form on Acme's site. */
export async function found(
  db: ClientBase,
  revision: number,
  attributes: object,
): Promise<string | undefined> {
  const rows = await allRows<{ slug: string }>(
    db,
    `select territories.slug
       from app_private.match_territory($1, 'web-form', (select id from app_public.territories where slug = 'global'), $2) as matched
       join app_public.territories on territories.id = matched.territory_id`,
    [JSON.stringify(attributes), revision],
  );
  return rows[0]?.slug;
}
