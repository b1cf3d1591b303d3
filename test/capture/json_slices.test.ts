import { expect, test } from "vitest";
import { sliceAt, slicesOf } from "../../src/capture/json_slices.ts";

const texts = (json: string) => slicesOf(Buffer.from(json)).map(({ bytes }) => bytes.toString());

test.each([
  ["[]", []],
  [" [ ] ", []],
  ["{}", []],
  ['"[1,2]"', []],
  ["[1]", ["1"]],
  ['\uFEFF[ 1 , "a,]}\\"" , {"b":[1,{"c":2}]},null ]\n', ["1", '"a,]}\\""', '{"b":[1,{"c":2}]}', "null"]],
  ["[9007199254740993,1e400,-0.10]", ["9007199254740993", "1e400", "-0.10"]],
  ['["\\\\",1]', ['"\\\\"', "1"]],
  ['{"a":1,"b":[1,2]}', ["1", "[1,2]"]],
])("%s", (json, values) => {
  expect(texts(json)).toEqual(values);
});

test("a key is found as it is meant, the last one of two", () => {
  const json = Buffer.from('{"b":{"a":0},"a" : 1,"x:y":2,"\\u0061": [3] }');
  expect(sliceAt(json, "a")?.toString()).toBe("[3]");
  expect(sliceAt(json, "x:y")?.toString()).toBe("2");
  expect(sliceAt(json, "c")).toBeUndefined();
  expect(sliceAt(Buffer.from("[1]"), "a")).toBeUndefined();
});

test("no more is looked for than wanted", () => {
  expect(slicesOf(Buffer.from(`[${"0,".repeat(99)}0]`), 3)).toHaveLength(3);
});
