import { expect, test } from "vitest";
import { answersDocument, withNameParts } from "../../src/capture/answers.ts";
import { asUtc, ofEpochMilliseconds, ofEpochSeconds, withColon } from "../../src/capture/instants.ts";
import { at, digestOf, keyOf, known, listAt, membersAt, textAt } from "../../src/capture/told.ts";

test("what every object inherits is not told", () => {
  for (const step of ["constructor", "__proto__", "toString"]) expect(at({}, step)).toBeUndefined();
  expect(at(JSON.parse('{"__proto__":{"a":1}}'), "__proto__", "a")).toBe(1);
  expect(at("text", "length")).toBeUndefined();
  expect(at({ a: [{ b: 1 }] }, "a", 0, "b")).toBe(1);
  expect(at(null, "a")).toBeUndefined();
});

test("text is text, a number or a boolean, and never blank", () => {
  expect([" a ", 7, false].map((value) => textAt(value))).toEqual([" a ", "7", "false"]);
  for (const value of ["", " ", null, undefined, {}, []]) expect(textAt(value)).toBeUndefined();
});

test("lists and members of anything else are empty", () => {
  expect([listAt({ a: {} }, "a"), listAt(7), membersAt([1]), membersAt("ab")]).toEqual([[], [], [], []]);
});

test("a key needs all its parts, and may be as long as it is: a repetition must be known", () => {
  expect(keyOf("a", "b")).toBe("a:b");
  expect(keyOf("a", undefined)).toBeUndefined();
  expect(keyOf("x".repeat(256))).toBe("x".repeat(256));
});

test("a digest tells two events apart, and never what they say", () => {
  expect(digestOf({ a: 1 }, undefined)).toBe(digestOf({ a: 1 }, undefined));
  expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: 2 }));
  expect(digestOf("555")).toMatch(/^[0-9a-f]{32}$/);
});

test("known leaves out what is undefined, and nothing else", () => {
  expect(known({ a: undefined, b: null, c: "", d: 0 })).toEqual({ b: null, c: "", d: 0 });
});

test("a name is parted only where nothing is guessed", () => {
  expect(withNameParts({ full_name: " Ana  Silva " })).toEqual({ first_name: "Ana", last_name: "Silva" });
  expect(withNameParts({ full_name: "Ana" })).toEqual({ full_name: "Ana" });
  expect(withNameParts({ full_name: "Ana de Silva" })).toEqual({ full_name: "Ana de Silva" });
  expect(withNameParts({ full_name: "A B", last_name: "C" })).toEqual({ last_name: "C" });
});

test("of two answers to one field the first counts; all are kept; a question may be called anything", () => {
  const answers = [
    { question: "mail", values: [] },
    { question: "mail", values: ["a@b.de"] },
    { question: "work", values: ["c@d.de"] },
    { question: "toString", values: ["x", "y"] },
  ];
  expect(answersDocument(answers, { mail: "email", work: "email" })).toEqual({
    email: "a@b.de",
    answers: { mail: "a@b.de", work: "c@d.de", toString: ["x", "y"] },
  });
});

test("instants as vendors write them", () => {
  expect(ofEpochSeconds("1763712041")).toBe("2025-11-21T08:00:41.000Z");
  expect(ofEpochMilliseconds(1_763_712_041_000)).toBe("2025-11-21T08:00:41.000Z");
  for (const value of [null, undefined, "x", {}, 1e300]) expect(ofEpochMilliseconds(value)).toBeUndefined();
  expect(withColon("2025-11-21T08:00:41+0000")).toBe("2025-11-21T08:00:41+00:00");
  expect(asUtc("2025-11-21 08:00:41")).toBe("2025-11-21T08:00:41Z");
  expect(asUtc("2025-11-21T08:00:41+02:00")).toBe("2025-11-21T08:00:41+02:00");
});
