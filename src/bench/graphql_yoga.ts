import type { Pool } from "pg";
import { scopedQuery } from "./scoped_query.ts";

export const SCHEMA = `
  scalar UUID
  enum LeadOrderBy { PRIMARY_KEY_DESC }
  type Query { leads(first: Int!, orderBy: [LeadOrderBy!]): Leads!  lead(rowId: UUID!): Lead }
  type Leads { nodes: [Lead!]! }
  type Lead { rowId: UUID! firstName: String lastName: String email: String phone: String company: String country: String status: String!
    source: String! score: Int territory: Territory sourceEvents(first: Int!): SourceEvents! }
  type Territory { slug: String! parent: Territory }
  type SourceEvents { nodes: [SourceEvent!]! }
  type SourceEvent { rowId: UUID! channel: String }`;

export type Context = { pool: Pool; actorId: number; loaders: Map<string, Load> };
type Row = Record<string, unknown> & { key: string };
type Load = (key: string) => Promise<Row[]>;

const LEAD = `leads.id as "rowId", leads.first_name as "firstName", leads.last_name as "lastName", leads.email, leads.phone, leads.company,
  leads.country, leads.status, leads.source, leads.score, leads.territory_id as "territoryId", leads.id as key`;

/** As a careful hand writes them: one statement a field, and what the rows of a list need is asked for together. */
export const RESOLVERS = {
  Query: {
    leads: async (_: unknown, { first }: { first: number }, { pool, actorId }: Context) => ({
      nodes: await scopedQuery<Row>(pool, actorId, {
        name: "leads",
        text: `select ${LEAD} from app_public.leads where leads.merged_into_id is null order by leads.id desc limit $1`,
        values: [first],
      }),
    }),
    lead: async (_: unknown, { rowId }: { rowId: string }, { pool, actorId }: Context) => {
      const text = `select ${LEAD} from app_public.leads where leads.id = $1`;
      return (await scopedQuery<Row>(pool, actorId, { name: "lead", text, values: [rowId] }))[0] ?? null;
    },
  },
  Lead: {
    territory: (lead: Row, _: unknown, context: Context) => territory(lead.territoryId, context),
    sourceEvents: async (lead: Row, { first }: { first: number }, context: Context) => ({
      nodes: await together(
        context,
        `events ${first}`,
        `select leads.id as key, event.id as "rowId", event.channel from unnest($1::uuid[]) as leads (id)
          cross join lateral (select * from app_public.source_events where source_events.lead_id = leads.id
                               order by source_events.id limit ${first}) as event`,
      )(lead.key),
    }),
  },
  Territory: { parent: (one: Row, _: unknown, context: Context) => territory(one.parentId, context) },
};

async function territory(id: unknown, context: Context): Promise<Row | null> {
  if (id == null) return null;
  const text = `select territories.id::text as key, territories.slug, territories.parent_id as "parentId"
                  from app_public.territories where territories.id = any ($1::int[])`;
  return (await together(context, "territories", text)(String(id)))[0] ?? null;
}

/** Collects the keys of one turn of the event loop into one statement, as a DataLoader does. */
function together({ pool, actorId, loaders }: Context, name: string, text: string): Load {
  const known = loaders.get(name);
  if (known !== undefined) return known;
  let waiting: { keys: Set<string>; rows: Promise<Map<string, Row[]>> } | null = null;
  const load: Load = async (key) => {
    if (waiting === null) {
      const keys = new Set<string>();
      const rows = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
        waiting = null;
        const found = await scopedQuery<Row>(pool, actorId, { name, text, values: [[...keys]] });
        return Map.groupBy(found, (row) => row.key);
      });
      waiting = { keys, rows };
    }
    waiting.keys.add(key);
    return (await waiting.rows).get(key) ?? [];
  };
  loaders.set(name, load);
  return load;
}
