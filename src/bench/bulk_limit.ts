import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

/**
 * What no importer can beat by much: COPY of the file into a plain table, then one statement into tables with the
 * same columns, checks, keys, foreign keys and indexes as captures and capture_keys, without triggers and walls.
 * Answers the seconds of each.
 */
export async function bulkLimit(
  url: string,
  file: string,
  columns: string[],
): Promise<{ copySeconds: number; insertSeconds: number }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(tables(columns));
    const startedAt = performance.now();
    await pipeline(
      createReadStream(file, { highWaterMark: 256 * 1024 }),
      client.query(copyFrom("copy bench_limit.rows from stdin with (format csv, header)")),
    );
    const copiedAt = performance.now();
    await client.query(INSERT);
    return {
      copySeconds: (copiedAt - startedAt) / 1_000,
      insertSeconds: (performance.now() - copiedAt) / 1_000,
    };
  } finally {
    await client.end();
  }
}

function tables(columns: string[]): string {
  return `create schema bench_limit;
    create table bench_limit.rows (${columns.map((column) => `${column} text`).join(", ")});
    create table bench_limit.captures (like app_public.captures including all) partition by range (id);
    create table bench_limit.captures_all partition of bench_limit.captures for values from (minvalue) to (maxvalue);
    alter table bench_limit.captures add foreign key (path_id) references app_public.capture_paths (id);
    alter table bench_limit.captures add foreign key (lead_id, territory_id)
      references app_public.leads (id, territory_id) on update cascade;
    create table bench_limit.capture_keys (like app_private.capture_keys including all);`;
}

const INSERT = `with path as (
    select capture_paths.id, capture_paths.territory_id, capture_paths.active_contract_id
      from app_public.capture_paths where capture_paths.slug = 'web-form'
  ),
  arrived as materialized (
    select uuidv7() as id, convert_to(row_to_json(rows)::text, 'UTF8') as body from bench_limit.rows
  ),
  keys as (
    insert into bench_limit.capture_keys (path_id, idempotency_key, capture_id, trace_id, body_hash)
    select path.id, encode(sha256(arrived.body), 'hex'), arrived.id, replace(arrived.id::text, '-', ''), sha256(arrived.body)
      from arrived cross join path
  )
  insert into bench_limit.captures (id, path_id, territory_id, contract_id, trace_id, content_type, body)
  select arrived.id, path.id, path.territory_id, path.active_contract_id, replace(arrived.id::text, '-', ''),
         'application/json', arrived.body
    from arrived cross join path`;
