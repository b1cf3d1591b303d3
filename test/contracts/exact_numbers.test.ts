import { expect, test } from "vitest";
import { parseExactly } from "../../src/contracts/exact_numbers.ts";

test.each([
  ["9007199254740993", "9007199254740993"],
  ["-12345678901234567890", "-12345678901234567890"],
  ["1e400", "1e400"],
  ["-1e400", "-1e400"],
  ["1e-400", "1e-400"],
  ["0.1234567890123456789", "0.1234567890123456789"],
  ["12345678901.1234567", "12345678901.1234567"],
  ["1e99999999999999999999", "1e99999999999999999999"],
])("the number %s, which a double cannot hold, is kept as text", (source, text) => {
  expect(parseExactly(source)).toBe(text);
  expect(parseExactly(`{"a":[ ${source} ],"b":${source}}`)).toEqual({ a: [text], b: text });
});

test.each(["9007199254740992", "1e3", "1.50e2", "0.1", "100000000000000000000", "0e999", "-0.0", "15E-1"])(
  "the number %s, which a double holds, stays a number",
  (source) => {
    expect(parseExactly(`{"a":${source}}`)).toEqual({ a: Number(source) });
  },
);

test("a number in a string is left alone", () => {
  expect(parseExactly('{"a":"id: 9007199254740993 1e400"}')).toEqual({ a: "id: 9007199254740993 1e400" });
});

test("a million digits take no time", () => {
  const digits = `1${"0".repeat(500_000)}1${"0".repeat(500_000)}`;
  expect(parseExactly(`[${digits}]`)).toEqual([digits]);
}, 20_000);
