import { expect } from "vitest";
import { compared } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const [UNKNOWN, DIFFERENT, PARTLY, CLOSE, SAME] = [0, 1, 2, 3, 4];

test.for([
  ["Ana Weber", "Ana Weber", [SAME, SAME]],
  ["Dr. Ana Weber", "ANA wéber", [SAME, SAME]],
  ["Ana Weber", "Anna Webber", [CLOSE, CLOSE]],
  ["Robert Weber", "Bob Weber", [PARTLY, SAME]],
  ["Robert Weber", "R Weber", [PARTLY, SAME]],
  ["Robert Weber", "A Weber", [DIFFERENT, SAME]],
  ["Ana Maria Weber", "Ana Weber", [PARTLY, SAME]],
  ["Jürgen Müller", "Juergen Mueller", [SAME, SAME]],
  ["Ana Weber", "Weber Ana", [CLOSE, CLOSE]], // each in the other's field
  ["Ana Weber", "Webber Anna", [CLOSE, CLOSE]],
  ["Ana Weber", "Weber Berta", [DIFFERENT, PARTLY]],
  ["Ana Weber", "Ben Huber", [DIFFERENT, DIFFERENT]],
  ["Ana ", "Ana Weber", [SAME, UNKNOWN]],
  [" Weber", "Ana ", [UNKNOWN, UNKNOWN]],
  [" ", "Ana Weber", [UNKNOWN, UNKNOWN]],
  ["Анна Иванова", "Аня Иванова", [PARTLY, SAME]],
  ["太郎 山田", "太郎 山田", [SAME, SAME]],
] as const)("compare_names: %s and %s", async ([one, other, levels], { db }) => {
  const compare = (...names: string[]) =>
    oneValue(
      db,
      `select app_private.compare_names(
         jsonb_populate_record(null::app_private.match_records, $1::jsonb - 'keys'),
         jsonb_populate_record(null::app_private.match_records, $2::jsonb - 'keys')) as value`,
      names.map(namedBy),
    );
  expect(await compare(one, other)).toEqual(levels);
  expect(await compare(other, one)).toEqual(levels);
});

/** The last word is the last name. */
function namedBy(name: string) {
  const last = name.lastIndexOf(" ");
  return compared({ first_name: name.slice(0, last), last_name: name.slice(last + 1) });
}
