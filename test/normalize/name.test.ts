import { expect, test } from "vitest";
import { normalizeName } from "../../src/normalize/name.ts";

test.each([
  [" Anna  Maria ", "Anna Maria"],
  ["van der Berg", "van der Berg"],
  ["DE SOUZA", "DE SOUZA"],
  ["o’neil", "o’neil"],
  ["山田", "山田"],
  ["Зоя", "Зоя"],
])("the name %j becomes %j, in the case and script of its bearer", (typed, name) => {
  expect(normalizeName(typed)).toBe(name);
});

test("a novel is no name", () => {
  expect(normalizeName("Ana ".repeat(1_000))?.length).toBeLessThanOrEqual(200);
  expect(normalizeName(" ")).toBeUndefined();
});
