import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { errorCode } from "./connect.ts";
import type { ServerProcess } from "./server_process.ts";

/** Resolves when a connection succeeds. False when the server ended first; a refusal other than "not yet" throws. */
export async function becomesReady(server: ServerProcess, url: string): Promise<boolean> {
  const begun = Date.now();
  let patience = SIGNS_OF_LIFE_MS;
  while (Date.now() - begun < patience) {
    if (server.exitCode() !== null) return false;
    const refusal = await tryConnection(url);
    if (refusal === null) return true;
    if (refusal === "57P03") patience = RECOVERY_MS;
    else if (refusal === "28P01") {
      throw new Error("PostgreSQL refuses the password: this folder was made with another CATCHMENT_KEY.");
    }
    await pause(20);
  }
  throw new Error(`PostgreSQL did not answer within ${patience / 1000} s.`);
}

async function tryConnection(url: string): Promise<string | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return null;
  } catch (error) {
    return errorCode(error);
  } finally {
    await client.end().catch(() => {});
  }
}

const SIGNS_OF_LIFE_MS = 30_000;
/** Replaying the log after a crash may take long; the server says so itself meanwhile. */
const RECOVERY_MS = 600_000;
