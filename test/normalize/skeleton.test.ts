import { expect, test } from "vitest";
import { skeletonOf } from "../../src/normalize/skeleton.ts";

test.each([
  [["schmidt", "schmitt", "schmid", "smyth", "smit"]],
  [["meier", "mayer", "mayr"]],
  [["phillips", "filips"]],
  [["weber", "veber", "webber"]],
  [["hoffmann", "hofman"]],
  [["jansen", "yansen"]],
  [["becker", "bekker"]],
])("%j sound alike", (names) => {
  expect(new Set(names.map(skeletonOf)).size).toBe(1);
});

test.each([
  ["weber", "huber"],
  ["ana", "ina mueller"],
  ["schmidt", "schneider"],
  ["klein", "gross"],
])("%s and %s do not", (one, other) => {
  expect(skeletonOf(one)).not.toBe(skeletonOf(other));
});

test("names of other scripts keep their letters", () => {
  expect(skeletonOf("иванов")).toBe("иванов");
  expect(skeletonOf("山田")).not.toBe(skeletonOf("山本"));
});

test("nothing sounds like nothing, and a long name is cut", () => {
  expect(skeletonOf("")).toBe("");
  expect(skeletonOf("bkdfglmnrst".repeat(100))).toHaveLength(6);
});
