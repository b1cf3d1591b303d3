/** What is asked of every side, and answered alike: 20 rows of a few fields, three levels, one lead whole. */
export const DOCUMENTS = {
  list: "{ leads(first: 20, orderBy: [PRIMARY_KEY_DESC]) { nodes { rowId email status } } }",
  nested: `{ leads(first: 10, orderBy: [PRIMARY_KEY_DESC]) { nodes { rowId email territory { slug parent { slug } }
    sourceEvents(first: 5) { nodes { rowId channel } } } } }`,
  detail: `query ($id: UUID!) { lead(rowId: $id) { rowId firstName lastName email phone company country status source score
    territory { slug parent { slug } } sourceEvents(first: 5) { nodes { rowId channel } } } }`,
} as const;
export type DocumentName = keyof typeof DOCUMENTS;

const EVENTS = `(select coalesce(json_agg(json_build_object('rowId', first.id, 'channel', first.channel) order by first.id), '[]')
   from (select source_events.id, source_events.channel from app_public.source_events
          where source_events.lead_id = leads.id order by source_events.id limit 5) as first)`;
const TERRITORY = `(select json_build_object('slug', territories.slug, 'parent',
   (select json_build_object('slug', above.slug) from app_public.territories as above where above.id = territories.parent_id))
   from app_public.territories where territories.id = leads.territory_id)`;
const page = (size: number, fields: string) => `
  select json_build_object('leads', json_build_object('nodes', coalesce(json_agg(node order by id desc), '[]'))) as data
    from (select leads.id, json_build_object(${fields}) as node from app_public.leads
           where leads.merged_into_id is null order by leads.id desc limit ${size}) as page`;

/** The same as one statement each, for whoever writes it by hand: nothing above Postgres can be quicker. */
export const STATEMENTS: Record<DocumentName, string> = {
  list: page(20, "'rowId', leads.id, 'email', leads.email, 'status', leads.status"),
  nested: page(
    10,
    `'rowId', leads.id, 'email', leads.email, 'territory', ${TERRITORY}, 'sourceEvents', json_build_object('nodes', ${EVENTS})`,
  ),
  detail: `select json_build_object('lead', json_build_object('rowId', leads.id, 'firstName', leads.first_name, 'lastName', leads.last_name,
      'email', leads.email, 'phone', leads.phone, 'company', leads.company, 'country', leads.country, 'status', leads.status,
      'source', leads.source, 'score', leads.score, 'territory', ${TERRITORY}, 'sourceEvents', json_build_object('nodes', ${EVENTS}))) as data
    from app_public.leads where leads.id = $1`,
};
