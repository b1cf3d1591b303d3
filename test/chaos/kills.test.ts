import { makeChance } from "./chance.ts";
import * as scenarios from "./scenarios.ts";
import { test } from "./site.ts";

// A few kills of each kind; `npm run soak` takes many.
const LIMIT = 240_000;

test(
  "a killed API loses nothing that it answered, and a client that repeats has it once",
  { timeout: LIMIT },
  ({ site }) => scenarios.apiKilled(site, makeChance(1), 4),
);

test(
  "a killed database is answered 503, and everything goes on by itself when it is back",
  { timeout: LIMIT },
  ({ site }) => scenarios.postgresKilled(site, makeChance(2), 2),
);

test("the work of killed workers is taken over, and done once", { timeout: LIMIT }, ({ site }) =>
  scenarios.workerKilled(site, makeChance(3), 3),
);

test("a job that a killed worker holds is let go within a minute", { timeout: LIMIT }, ({ site }) =>
  scenarios.workerKilledInBatch(site, makeChance(4), 1),
);

test(
  "connections that are cut are made again, and nothing is lost or done twice",
  { timeout: LIMIT },
  ({ site }) => scenarios.sessionsCut(site, makeChance(5), 5),
);

test(
  "a worker that is asked to stop ends in order, and leaves no job locked",
  { timeout: LIMIT },
  ({ site }) => scenarios.workerRedeployed(site, makeChance(6), 5),
);

test(
  "thresholds that came due while no worker ran fire once each, in order, with two workers at once",
  {
    timeout: LIMIT,
  },
  ({ site }) => scenarios.thresholdsDue(site, makeChance(7), 1),
);
