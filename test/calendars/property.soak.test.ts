import { test } from "../support/database.ts";
import { compareRandomly } from "./compare.ts";

for (let seed = 1_000; seed < 1_200; seed += 1) {
  test(`working time is what the clock on the wall says (seed ${seed})`, async ({ db }) => {
    await compareRandomly(db, seed, 50);
  });
}
