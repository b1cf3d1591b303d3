import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { saveTerms } from "../identity/models.ts";
import { termsOf } from "../identity/terms.ts";
import type { Match } from "../normalize/match.ts";
import { attributesOf, inventLeads } from "./people/lead_stream.ts";

/**
 * Makes a database in which so many people are known: leads, their identity keys and what they are compared by, as
 * resolving would have left them. `client` is a superuser; no trigger fires, since nothing but the look-up is measured.
 */
export async function fillPeople(client: Client, { seed, people }: { seed: number; people: number }) {
  const { rows } = await client.query<{ id: number }>(
    "select boundary_id as id from app_public.territories where territories.slug = 'de'",
  );
  const boundaryId = rows[0]?.id ?? 0;
  const first: Match[] = [];
  await client.query(
    "create unlogged table app_private.bench_people (id uuid default uuidv7(), attributes jsonb not null)",
  );
  const copy =
    "copy app_private.bench_people (attributes) from stdin with (format csv, delimiter e'\\x01', quote e'\\x02')";
  await pipeline(Readable.from(lines(seed, people, first)), client.query(copyFrom(copy)));
  await client.query("set session_replication_role = replica");
  for (const statement of FILL) await client.query(statement.replaceAll(":boundary", String(boundaryId)));
  await client.query("reset session_replication_role");
  await saveTerms(client, { boundaryId, terms: termsOf(first), records: people, asOf: new Date() });
  await client.query("drop table app_private.bench_people");
  await client.query(
    "vacuum (analyze) app_private.match_records, app_private.match_keys, app_private.lead_identities",
  );
  return boundaryId;
}

/** What values are frequent is learned from the first of them. */
const SAMPLE = 50_000;

function* lines(seed: number, people: number, first: Match[]): Generator<string> {
  let text = "";
  for (const { facts } of inventLeads(seed, people)) {
    const attributes = attributesOf(facts);
    if (first.length < SAMPLE) first.push(attributes.match);
    text += `${JSON.stringify(attributes)}\n`;
    if (text.length < 500_000) continue;
    yield text;
    text = "";
  }
  yield text;
}

const FILL = [
  `insert into app_public.leads (id, territory_id, source, trace_id, is_test, is_history, first_seen_at, last_activity_at, score, score_reasons)
   select people.id, (select id from app_public.territories where slug = 'de'), 'bench', replace(people.id::text, '-', ''), false, false,
          now(), now(), 0, '[]'
     from app_private.bench_people as people`,
  `insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id, record_id)
   select :boundary, identity.key ->> 'kind', app_private.identity_hash(identity.key ->> 'value', false), people.id, people.id
     from app_private.bench_people as people cross join lateral jsonb_array_elements(people.attributes -> 'identities') as identity (key)
    order by 3, people.id
   on conflict do nothing`,
  `insert into app_private.match_records
   select record.*
     from app_private.bench_people as people
    cross join lateral jsonb_populate_record(
      null::app_private.match_records,
      (people.attributes -> 'match') || jsonb_build_object(
        'id', people.id, 'lead_id', people.id, 'boundary_id', :boundary, 'is_test', false,
        'keys', array(select distinct app_private.match_key_hash(key, :boundary, false)
                        from jsonb_array_elements_text(people.attributes #> '{match,keys}') as key))) as record`,
  "alter table app_private.match_keys drop constraint match_keys_pkey",
  `insert into app_private.match_keys (key_hash, record_id)
   select key.hash, match_records.id from app_private.match_records cross join lateral unnest(match_records.keys) as key (hash)`,
  "set maintenance_work_mem = '512MB'",
  "alter table app_private.match_keys add primary key (key_hash, record_id)",
];
