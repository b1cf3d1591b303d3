import type { ClientBase } from "pg";
import { inTransaction, withClient } from "../../postgres/pools.ts";
import { findBoundary } from "../identity/boundary.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";

type Options = { boundary?: string; json?: true };
type Version = {
  version: number;
  trainedAt: Date;
  won: number;
  lost: number;
  isActive: boolean;
  /** Tenths of the leads that it learned from, each foretold without itself; shares. */
  calibration: { tenth: number; leads: number; predicted: number; won: number }[];
};

export async function listVersions({ boundary, json }: Options): Promise<void> {
  const versions = await withWorkerPool("scoring", (pool) =>
    withClient(pool, async (client) => readVersions(client, (await findBoundary(client, boundary)).id)),
  );
  if (json) return sayJson(versions);
  const rows = versions.map(({ version, trainedAt, won, lost, isActive }) => [
    String(version),
    trainedAt.toISOString().slice(0, 10),
    `${won.toLocaleString("en-US")} won`,
    `${lost.toLocaleString("en-US")} lost`,
    isActive ? "foretells" : "",
  ]);
  for (const line of table(rows)) say(line);
}

/** What the rules say of a lead stays; only what is foretold changes, of every lead at once. */
export async function useVersion(wanted: string, { boundary: territory }: Options): Promise<void> {
  const slug = await withWorkerPool("scoring", (pool) =>
    inTransaction(pool, async (client) => {
      const boundary = await findBoundary(client, territory);
      const names = (await readVersions(client, boundary.id)).map(({ version }) => String(version));
      if (wanted !== NONE && !names.includes(wanted))
        throw new CommandError(
          EXIT.failed,
          `${boundary.slug} has no version ${wanted}. There are ${[...names, NONE].join(", ")}.`,
        );
      const version = wanted === NONE ? null : Number(wanted);
      await client.query("select app_private.use_scoring_model($1, $2)", [boundary.id, version]);
      return boundary.slug;
    }),
  );
  say(
    wanted === NONE
      ? `Nothing foretells in ${slug} from now on.`
      : `Version ${wanted} foretells in ${slug} from now on.`,
  );
}

const NONE = "none";

async function readVersions(client: ClientBase, boundaryId: number): Promise<Version[]> {
  const { rows } = await client.query<Version>(
    `select version, trained_at as "trainedAt", won, lost, is_active as "isActive", calibration
       from app_private.scoring_models where boundary_id = $1 order by version desc`,
    [boundaryId],
  );
  return rows;
}
