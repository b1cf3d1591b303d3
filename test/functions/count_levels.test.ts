import { expect } from "vitest";
import { ANA, compared } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test("count_levels: pairs of the same likeness are counted together", async ({ db }) => {
  const [ana, ben, nobody] = [ANA, { ...ANA, first_name: "Ben" }, {}].map(compared);
  const counted = await allRows(
    db,
    "select levels, pairs::int from app_private.count_levels($1, $2) order by levels",
    [JSON.stringify([ana, ana, nobody, ben]), JSON.stringify([ana, ben, ana, ana])],
  );
  const rest = [4, 4, 4, 4, 4, 0, 4, 0, 0, 0, 0]; // no region, no company, no e-mail, no phone
  expect(counted).toEqual([
    { levels: Array(12).fill(0), pairs: 1 },
    { levels: [1, ...rest], pairs: 2 },
    { levels: [4, ...rest], pairs: 1 },
  ]);
});

test("no pairs are no counts", async ({ db }) => {
  expect(await allRows(db, "select from app_private.count_levels('[]', '[]')")).toEqual([]);
});
