import { expect, test } from "vitest";
import { pointerStep, violation } from "../../src/contracts/violation.ts";

test("a key becomes a step of a JSON pointer", () => {
  expect(pointerStep("a/b~c")).toBe("/a~1b~0c");
});

test("a path made of a stranger's keys is short and fit for Postgres", () => {
  const { path } = violation(
    "extra",
    `/\u0000\ud800${"👋".repeat(1_000)}`,
    "must NOT have additional properties",
  );
  expect(path.length).toBeLessThanOrEqual(300);
  expect(path.isWellFormed()).toBe(true);
  expect(path).not.toContain("\u0000");
});
