import type { Client, Pool } from "pg";
import { onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { type JudgeChoice, loadJudges } from "../../src/pipeline/judges.ts";
import { type Rehearsal, rehearse } from "../../src/pipeline/rehearse.ts";
import { makePool, withClient } from "../../src/postgres/pools.ts";
import { type Arrival, someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase } from "../support/database.ts";

export type Site = {
  db: Client;
  pool: Pool;
  workerUrl: string;
  arrive: (arrivals: Arrival[]) => Promise<void>;
  rehearse: (choice?: JudgeChoice, options?: Partial<Rehearsal>) => ReturnType<typeof rehearse>;
};

/** A database of one test, since a rehearsal asks for whatever is there. */
export async function makeSite(): Promise<Site> {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  const reader = makePool(database.urls.worker, { max: 1, applicationName: "rehearsal" });
  onTestFinished(async () => {
    await Promise.all([pool.end(), reader.end()]);
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  return {
    db,
    pool,
    workerUrl: database.urls.worker,
    arrive: async (arrivals) => {
      await stageArrivals(db, arrivals);
      await makeDrain({ pool, log: () => {} }).run();
    },
    rehearse: async (choice = { by: "active" }, options = {}) => {
      const judges = await withClient(reader, (client) => loadJudges(client, choice));
      return rehearse(reader, { filter: {}, judges, revision: null, ...options });
    },
  };
}

/** What nothing has changed for. */
export const NONE = {
  newlyAccepted: 0,
  newlyQuarantined: 0,
  reasons: [],
  territories: [],
  owners: [],
  scores: { higher: 0, lower: 0, examples: [] },
};

export function people(count: number): Arrival[] {
  return Array.from({ length: count }, () => ({ attributes: someone() }));
}
