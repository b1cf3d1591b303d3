import { expect, test } from "vitest";
import { rootOfName } from "../../src/normalize/nicknames.ts";

test.each([
  ["bob", "robert"],
  ["rob", "bobby"],
  ["peggy", "margaret"],
  ["sepp", "josef"],
  ["giovanni", "hans"],
  ["pepe", "jose"],
  ["саша", "александр"],
  ["γιωργος", "γεωργιος"],
])("%s and %s are of one family", (one, other) => {
  expect(rootOfName(one)).toBe(rootOfName(other));
});

test.each([
  ["anna", "johanna"],
  ["mark", "martin"],
  ["maria", "margarete"],
  ["paul", "peter"],
])("%s and %s are of two", (one, other) => {
  expect(rootOfName(one)).not.toBe(rootOfName(other));
});

test("a name without a family stands for itself, and so does what every object has", () => {
  expect(rootOfName("quast")).toBe("quast");
  expect(rootOfName("")).toBe("");
  expect(rootOfName("constructor")).toBe("constructor");
});

test("of a name in two families the first counts", () => {
  expect(rootOfName("bert")).toBe("albert"); // also a robert
  expect(rootOfName("jan")).toBe("johannes");
});
