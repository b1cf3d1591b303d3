import { activateModel, listModels, type Version } from "../../identity/models.ts";
import { inTransaction, withClient } from "../../postgres/pools.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { findBoundary } from "./boundary.ts";

type Options = { boundary?: string; json?: true };

export async function listVersions({ boundary, json }: Options): Promise<void> {
  const versions = await withWorkerPool("identity", (pool) =>
    withClient(pool, async (client) => listModels(client, (await findBoundary(client, boundary)).id)),
  );
  if (json) return sayJson(versions);
  const rows = versions.map((version) => [
    nameOf(version),
    version.trainedAt.toISOString().slice(0, 10),
    version.records === 0 ? "" : `${version.records.toLocaleString("en-US")} arrivals`,
    version.isActive ? "decides" : "",
  ]);
  for (const line of table(rows)) say(line);
}

/** Leads that exist stay as they are: only what arrives from now on is decided by it. */
export async function useVersion(wanted: string, { boundary: territory }: Options): Promise<void> {
  const slug = await withWorkerPool("identity", (pool) =>
    inTransaction(pool, async (client) => {
      const boundary = await findBoundary(client, territory);
      const versions = await listModels(client, boundary.id);
      const found = versions.find((version) => nameOf(version) === wanted);
      if (found === undefined) {
        const names = versions.map(nameOf).join(", ");
        throw new CommandError(EXIT.failed, `${boundary.slug} has no version ${wanted}. There are ${names}.`);
      }
      await activateModel(client, { boundaryId: boundary.id, version: found.version });
      return boundary.slug;
    }),
  );
  say(
    wanted === SHIPPED
      ? `The shipped model decides in ${slug} from now on.`
      : `Version ${wanted} decides in ${slug} from now on.`,
  );
}

const SHIPPED = "shipped";

function nameOf({ version }: Version): string {
  return version === null ? SHIPPED : String(version);
}
