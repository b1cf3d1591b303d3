import type { Client } from "pg";

/** Who asks, and how many territories they reach: one patch, a market with its patches, a region, everything. */
export const ASKING = { one: 1, market: 20, region: 401, all: 4_011 } as const;
export type Asking = keyof typeof ASKING;

/**
 * A client with 4,011 territories in four levels and so many leads in its patches, a few with many and many with few.
 * `client` is a superuser; no trigger fires for the leads, since only reading is measured.
 */
export async function fillScope(client: Client, leads: number): Promise<void> {
  await client.query("set session_replication_role = replica"); // the closure of the grants is worked out once, below
  await client.query("alter table app_public.leads disable trigger all");
  for (const statement of TREE) await client.query(statement);
  await client.query(LEADS, [leads]);
  for (const statement of ACTORS) await client.query(statement);
  await client.query("reset session_replication_role");
  await client.query(GRANTS);
  await client.query(
    "vacuum (analyze) app_public.leads, app_public.territories, app_private.territory_grants, app_private.actor_scopes",
  );
}

export async function actorsOf(
  client: Client,
): Promise<Record<Asking, { id: number; territoryIds: number[] }>> {
  const { rows } = await client.query<{ slug: string; id: number; territoryIds: number[] }>(
    `select replace(actors.slug, 'bench-', '') as slug, actors.id, array_agg(territory_grants.territory_id) as "territoryIds"
       from app_public.actors join app_private.territory_grants on territory_grants.actor_id = actors.id
      where actors.slug like 'bench-%' group by actors.id`,
  );
  const of = (slug: Asking) => {
    const found = rows.find((row) => row.slug === slug);
    if (found?.territoryIds.length !== ASKING[slug])
      throw new Error(`The actor ${slug} does not reach what it should.`);
    return found;
  };
  return { one: of("one"), market: of("market"), region: of("region"), all: of("all") };
}

/** Ids are told apart by level: the root 100000, ten regions, 200 markets below them, 19 patches below each. */
const TREE = [
  `insert into app_public.territories (id, parent_id, slug, name, kind, is_identity_boundary, root_id, boundary_id, path)
   overriding system value values (100000, null, 'bench', 'Bench', 'group', true, 100000, 100000, '{100000}')`,
  `insert into app_public.territories (id, parent_id, slug, name, kind, root_id, boundary_id, path)
   overriding system value select 110000 + n, 100000, 'bench-' || n, 'Region ' || n, 'region', 100000, 100000, array[100000, 110000 + n]
     from generate_series(0, 9) as n`,
  `insert into app_public.territories (id, parent_id, slug, name, kind, root_id, boundary_id, path)
   overriding system value select 120000 + n, 110000 + n / 20, 'bench-m' || n, 'Market ' || n, 'market', 100000, 100000,
          array[100000, 110000 + n / 20, 120000 + n]
     from generate_series(0, 199) as n`,
  `insert into app_public.territories (id, parent_id, slug, name, kind, root_id, boundary_id, path)
   overriding system value select 130000 + n, 120000 + n / 19, 'bench-p' || n, 'Patch ' || n, 'patch', 100000, 100000,
          array[100000, 110000 + n / 19 / 20, 120000 + n / 19, 130000 + n]
     from generate_series(0, 3799) as n`,
];

/** One arrived each five seconds until now. The square makes the first patches large and the last ones small. */
const LEADS = `
  insert into app_public.leads (id, territory_id, owner_id, owned_at, first_name, last_name, email, phone, company, country, status, score,
                                source, trace_id, first_seen_at, last_activity_at, created_at)
  select uuidv7(-(($1 - n) * interval '5 seconds')), 130000 + floor(3800 * power(hash.unit, 2))::int, null, null,
         'First' || n % 997, 'Last' || n % 9973, 'person' || n || '@bench' || n % 499 || '.example', '+4930' || n, 'Company ' || n % 4999, 'DE',
         (array['new', 'attempting_to_contact', 'contacted', 'qualified', 'nurturing'])[1 + n % 5], n % 101,
         'web-form', md5(n::text), seen.at, seen.at, seen.at
    from generate_series(1, $1::int) as n
   cross join lateral (select (hashint8(n)::bigint + 2147483648) / 4294967296.0 as unit) as hash
   cross join lateral (select now() - ($1 - n) * interval '5 seconds' as at) as seen`;

/** The one has a small patch: the planner's guess about whoever asks is worst there. */
const ACTORS = [
  `insert into app_public.actors (kind, slug, name)
   select 'person', 'bench-' || name, name from unnest(array['one', 'market', 'region', 'all']) as name`,
  `insert into app_public.memberships (actor_id, territory_id, role)
   select actors.id, places.id, 'manager' from app_public.actors
     join (values ('bench-one', 133700), ('bench-market', 120100), ('bench-region', 110005), ('bench-all', 100000)) as places (slug, id)
       on places.slug = actors.slug`,
];

/** Who reaches what follows from the memberships, worked out once (app_private.close_grants). */
const GRANTS = "update app_public.actors set is_active = is_active";
