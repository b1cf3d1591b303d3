import type { Pool } from "pg";
import { NoSuchContract } from "../pipeline/no_such_contract.ts";
import { makePool } from "../postgres/pools.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { CommandError, EXIT } from "./outcome.ts";

/** For one command: connections of the worker to the database of the running instance. */
export async function withWorkerPool<Result>(
  command: string,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const { urls, stop } = await attach(configure());
  const pool = makePool(urls.worker, { max: 4, applicationName: `catchment ${command}` });
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof NoSuchContract) throw new CommandError(EXIT.failed, error.message);
    throw error;
  } finally {
    await pool.end();
    await stop();
  }
}
