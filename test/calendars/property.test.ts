import { test } from "../support/rolled_back.ts";
import { compareRandomly } from "./compare.ts";

for (let seed = 1; seed <= 12; seed += 1) {
  test(`working time is what the clock on the wall says (seed ${seed})`, async ({ db }) => {
    await compareRandomly(db, seed, 25);
  });
}
