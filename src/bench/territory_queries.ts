/** 4,000 patches below Germany. */
export const TERRITORIES = `
  insert into app_public.territories (parent_id, slug, name, kind)
  select places.id, 'patch-' || n, 'Patch ' || n, 'patch'
    from generate_series(0, 3999) as n join app_public.territories as places on places.slug = 'de'`;

// What row by row would have: it stops at the first rule that matches.
export const ORDERED = `
  create index on app_public.territory_rules (revision, boundary_id, specificity desc, position)`;

export const RULES = `
  with revision as (
    insert into app_public.revisions (digest, applied_by, applied_at) values ('bench', 'bench', now()) returning id
  )
  insert into app_public.territory_rules
    (revision, territory_id, boundary_id, position, country, postal_prefix, company_domain, segment, language, source)
  select revision.id, territories.id, territories.boundary_id, wanted.position, wanted.country, wanted.postal_prefix,
         wanted.company_domain, wanted.segment, wanted.language, wanted.source
    from revision, jsonb_to_recordset($1) as wanted (
      territory text, position int, country text, postal_prefix text, company_domain text, segment text, language text, source text)
    join app_public.territories on territories.slug = wanted.territory`;

/** As the pipeline locates: $1 is an array of leads; answers their territories in this order. */
export const OURS = `
  select array_agg(territories.slug order by n) as slugs
    from jsonb_array_elements($1::jsonb) with ordinality as leads (lead, n)
   cross join (select id, app_private.current_revision() as revision from app_public.territories where slug = 'global' offset 0) as home
    left join lateral app_private.match_territory(lead, 'web-form', home.id, home.revision) as matched on true
    left join app_public.territories on territories.id = matched.territory_id`;

export const ROW_BY_ROW = `
  select array_agg(territories.slug order by n) as slugs
    from jsonb_array_elements($1::jsonb) with ordinality as leads (lead, n)
   cross join (select id, app_private.current_revision() as revision from app_public.territories where slug = 'global' offset 0) as home
    left join lateral (
      select rules.territory_id from app_public.territory_rules as rules
       where rules.revision = home.revision and rules.boundary_id = home.id
         and (rules.country is null or rules.country = lead ->> 'country')
         and (rules.postal_prefix is null or starts_with(lead ->> 'postal_code', rules.postal_prefix))
         and (rules.company_domain is null or rules.company_domain = lead ->> 'company_domain')
         and (rules.segment is null or rules.segment = lead ->> 'segment')
         and (rules.language is null or rules.language = lead ->> 'language')
         and (rules.source is null or rules.source = 'web-form')
       order by rules.specificity desc, rules.position
       limit 1) as matched on true
    left join app_public.territories on territories.id = matched.territory_id`;

export const SHAPES =
  "select count(*)::int as shapes from app_private.territory_shapes where revision = app_private.current_revision()";

export const COMPILE = `
  insert into app_private.territory_shapes
  select distinct rules.revision, rules.boundary_id, rules.specificity, rules.country is not null, rules.region is not null,
         coalesce(length(rules.postal_prefix), 0), rules.language is not null, rules.company_domain is not null,
         rules.segment is not null, rules.source is not null,
         coalesce(rules.employees_min, rules.employees_max) is not null, rules.condition is not null
    from app_public.territory_rules as rules where rules.revision = app_private.current_revision()`;
