import type { Pool } from "pg";
import type { Model } from "../../identity/estimate.ts";
import { keepLearned, learn } from "../../identity/learn.ts";
import { readModel } from "../../identity/models.ts";
import { MOST_PEOPLE } from "../../identity/pairs.ts";
import { readPeople } from "../../identity/people.ts";
import type { Match } from "../../normalize/match.ts";
import { inTransaction, withClient } from "../../postgres/pools.ts";
import { CommandError, EXIT, misused, refused } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { catchStopSignals } from "../stop_signals.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { type Boundary, findBoundary } from "./boundary.ts";
import { describeWorth, type Worth, worthOf } from "./worth.ts";

export type TrainOptions = {
  boundary?: string;
  sample: number;
  termsOnly?: true;
  dryRun?: true;
  force?: true;
  json?: true;
};

type Result = { boundary: string; arrivals: number } & (
  | { version: number | null; pairs: number; worth: Worth }
  | { worth: null }
);

/** Below, chance says more than people do, and the shipped model knows better. */
const FEWEST = 1_000;

/**
 * Learns from the arrivals of an identity boundary what agreement is worth among its people, and lets that decide from
 * now on. Nothing is changed before all is known; leads that exist stay as they are.
 */
export async function trainIdentity(options: TrainOptions): Promise<void> {
  if (options.sample > MOST_PEOPLE) throw misused(`--sample is at most ${MOST_PEOPLE}.`);
  const signals = catchStopSignals(() => process.exit(EXIT.failed));
  const stopWhenAsked = () => {
    if (signals.isAsked()) throw new CommandError(EXIT.failed, "Stopped: nothing was changed.");
  };
  const result = await withWorkerPool("identity", async (pool): Promise<Result> => {
    const boundary = await findBoundary(pool, options.boundary);
    const people = await read(pool, boundary, options.sample, stopWhenAsked);
    if (people.length < FEWEST && !options.force) throw tooFew(boundary, people.length);
    const known = { boundary: boundary.slug, arrivals: people.length };
    if (options.termsOnly) {
      if (!options.dryRun) await keep(pool, boundary, people, null);
      return { ...known, worth: null };
    }
    const before = await withClient(pool, (client) => readModel(client, boundary.id));
    const { model, pairs } = await compare(pool, people, stopWhenAsked);
    stopWhenAsked();
    const version = options.dryRun ? null : await keep(pool, boundary, people, model);
    return { ...known, version, pairs, worth: worthOf(before, model, people) };
  });
  if (options.json) sayJson(result);
  else for (const line of describe(result, options)) say(line);
}

async function read(pool: Pool, { id }: Boundary, most: number, stopWhenAsked: () => void): Promise<Match[]> {
  const progress = makeProgress(most);
  const onRead = (count: number) => {
    stopWhenAsked();
    progress.update(count, `${count} arrivals read`);
  };
  const reading = inTransaction(pool, (client) => readPeople(client, { boundaryId: id, most, onRead }));
  return reading.finally(progress.stop);
}

async function compare(pool: Pool, people: readonly Match[], stopWhenAsked: () => void) {
  const progress = makeProgress(100);
  const onCompared = (done: number, total: number) => {
    stopWhenAsked();
    progress.update((done / total) * 100, `${done} of ${total} pairs compared`);
  };
  return withClient(pool, (client) => learn(client, people, { onCompared })).finally(progress.stop);
}

function keep(pool: Pool, { id }: Boundary, people: readonly Match[], model: Model | null) {
  return inTransaction(pool, (client) =>
    keepLearned(client, { boundaryId: id, people, model, asOf: new Date() }),
  );
}

function tooFew({ slug }: Boundary, count: number): CommandError {
  return refused(
    `${count} arrivals of ${slug} can be compared; to learn from, there should be ${FEWEST.toLocaleString("en-US")}. ` +
      "Until then the shipped model decides. Import older arrivals (`catchment import`), wait, or say --force.",
  );
}

function describe(result: Result, { dryRun }: TrainOptions): string[] {
  const { boundary, arrivals } = result;
  const number = (value: number) => value.toLocaleString("en-US");
  const unchanged = "Nothing was changed.";
  if (result.worth === null) {
    const counted = `Counted which values are frequent among ${number(arrivals)} arrivals of ${boundary}.`;
    return [counted, dryRun ? unchanged : "The model stays as it is."];
  }
  const { version, pairs, worth } = result;
  return [
    `Learned from ${number(arrivals)} arrivals of ${boundary}, and ${number(pairs)} pairs of them that have something in common.`,
    ...describeWorth(worth),
    version === null ? unchanged : `Version ${version} decides in ${boundary} from now on.`,
  ];
}
