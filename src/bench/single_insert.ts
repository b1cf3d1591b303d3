import type { ClientBase } from "pg";
import { newTraceId } from "../capture/trace.ts";
import { makePool } from "../postgres/pools.ts";

/** What a lead needs to be kept that is the same for all. */
export type Path = { path_id: number; territory_id: number; contract_id: number };

export type Kept = { captureId: string; traceId: string; status: "pending" };

/** One request, one statement, one commit, on a pool of eight: how it is mostly done. `url`: of the superuser. */
export async function makeKeeper(
  url: string,
): Promise<(key: string, type: string, body: Buffer) => Promise<Kept>> {
  const pool = makePool(url, { max: 8, applicationName: "bench insert" });
  const path = await readPath(pool);
  return async (key, type, body) => {
    const kept = await insertOne(pool, path, { key, type, body });
    if (kept === undefined) throw new Error("This key is known. No bench sends one twice.");
    return kept;
  };
}

export async function readPath(client: Pick<ClientBase, "query">): Promise<Path> {
  const { rows } = await client.query<Path>(
    `select id as path_id, territory_id, active_contract_id as contract_id
       from app_public.capture_paths where slug = 'web-form'`,
  );
  const [path] = rows;
  if (path === undefined) throw new Error("The sample organization has no path web-form.");
  return path;
}

/** The same two rows as stage_captures writes for one arrival: the key, unique, and the capture. */
export async function insertOne(
  client: Pick<ClientBase, "query">,
  path: Path,
  { key, type, body }: { key: string; type: string; body: Buffer },
): Promise<Kept | undefined> {
  const { rows } = await client.query<{ id: string; trace_id: string }>({
    name: "insert_one",
    text: INSERT,
    values: [path.path_id, key, newTraceId(), body, path.territory_id, path.contract_id, type],
  });
  const [row] = rows;
  return row && { captureId: row.id, traceId: row.trace_id, status: "pending" };
}

const INSERT = `
with known as (
  insert into app_private.capture_keys (path_id, idempotency_key, capture_id, trace_id, body_hash)
  values ($1, $2, uuidv7(), $3, sha256($4))
  on conflict (path_id, idempotency_key) do nothing
  returning path_id, capture_id, trace_id
)
insert into app_public.captures (id, path_id, territory_id, contract_id, trace_id, content_type, body)
select known.capture_id, known.path_id, $5, $6, known.trace_id, $7, $4 from known
returning id, trace_id`;
