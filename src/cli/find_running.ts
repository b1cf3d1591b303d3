import type { Config } from "../config.ts";
import {
  type DatabaseUrls,
  findDatabase,
  findInstance,
  type OpenDatabase,
  openDatabase,
} from "../postgres/instance.ts";
import { readServerRecord } from "../postgres/server_record.ts";
import { addressOf } from "./address.ts";
import { look } from "./organization.ts";
import { refused } from "./outcome.ts";
import { note } from "./output.ts";

/** The database of the running instance or of the configuration, without starting one. */
export async function findRunning(config: Config): Promise<DatabaseUrls> {
  const urls = await findDatabase(config);
  if (urls !== null) return urls;
  throw noneRuns(config);
}

function noneRuns({ dataDir }: Config): Error {
  return refused(
    `No Catchment runs in ${dataDir}. Start it with \`npx catchment start\`, ` +
      "or set CATCHMENT_DATA_DIR to the folder where one runs.",
  );
}

/** Where the running instance of the folder listens. */
export async function findAddress(config: Config): Promise<string> {
  const instance = await findInstance(config.dataDir);
  if (instance !== null) return addressOf(config.host, instance.port);
  throw refused(
    `No Catchment runs in ${config.dataDir}. Start it with \`npx catchment start\`, or name one with --url.`,
  );
}

/**
 * The same, but an embedded database that does not run is started for this command alone. None is made: in the wrong folder an
 * empty one would look like lost data.
 */
export async function attach(config: Config): Promise<OpenDatabase> {
  const urls = await findDatabase(config);
  if (urls === null) {
    if ((await readServerRecord(config.dataDir)) === null) throw noneRuns(config);
    return openDatabase(config, note);
  }
  await look(urls, async () => {});
  return { urls, stop: async () => {} };
}
