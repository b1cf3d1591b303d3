import { test } from "../support/rolled_back.ts";
import { liveRandomly } from "./random_merges.ts";

for (const seed of [1, 2, 3, 4]) {
  test(`whatever is merged and unmerged, no touch is lost and everything comes back (seed ${seed})`, async ({
    db,
  }) => {
    await liveRandomly(db, seed, 40);
  });
}
