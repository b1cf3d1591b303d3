import { test } from "../support/database.ts";
import { liveRandomly } from "./random_merges.ts";

for (let seed = 1000; seed < 1100; seed += 1) {
  test(`over a long life, no touch is lost and everything comes back (seed ${seed})`, async ({ db }) => {
    await liveRandomly(db, seed, 120);
  });
}
