import { withConnection } from "../../src/postgres/connect.ts";
import { type Arrival, type Received, receive } from "./arrivals.ts";
import type { TestDatabase } from "./database.ts";

/** One arrival through all stages, committed, as the worker's login. Contract and normalization are skipped. */
export async function arrive(database: Pick<TestDatabase, "urls">, arrival: Arrival): Promise<Received> {
  return withConnection(database.urls.worker, async (worker) => {
    const [received] = await receive(worker, [arrival]);
    if (received === undefined) throw new Error(`There is no capture path ${arrival.path}.`);
    return received;
  });
}
