import { expect, test } from "vitest";
import { readFiles } from "./files.ts";

test("no test asserts how long something took: a busy machine is late, not wrong", () => {
  const timed = readFiles("test", ".test.ts")
    .filter(({ text }) => /expect\((?:performance|Date)\.now\(\) -|expect\(took\b/.test(text))
    .map(({ path }) => path);
  expect(timed).toEqual([]);
});
