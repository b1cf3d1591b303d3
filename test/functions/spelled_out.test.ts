import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

test("readings_of: UTF-8, else Latin-1; with zeros UTF-16 in both orders too", async ({ db }) => {
  const read = (bytes: Buffer) =>
    oneValue<string>(db, "select app_private.readings_of($1) as value", [bytes]);
  expect(await read(Buffer.from("a ü"))).toBe("a ü");
  expect(await read(Buffer.from("a ü", "latin1"))).toBe("a ü");
  expect((await read(Buffer.from("ab@ü", "utf16le"))).split("\n")).toContain("ab@ü");
  expect((await read(Buffer.from("ab@ü", "utf16le").swap16())).split("\n")).toContain("ab@ü");
  expect((await read(Buffer.from("a\0bü"))).split("\n")).toContain("a bü");
});

test("unescaped: JSON's escapes, however deep; half a pair is a space, what is none stays", async ({
  db,
}) => {
  const said = [
    "\\u0040\\u00fC",
    "a\\\\\\\\u0040",
    'a\\nb\\tc\\/d\\"',
    "\\ud83d\\ude00x",
    "\\u0000x",
    "C:\\users\\u12",
    "plain",
  ];
  expect(
    await allValues(
      db,
      "select app_private.unescaped(said) as value from unnest($1::text[]) with ordinality as asked (said, n) order by n",
      [said],
    ),
  ).toEqual(["@ü", "a@", 'a b c/d"', "  x", " x", "C:\\users\\u12", "plain"]);
});

test("percent_decoded: UTF-8 or Latin-1, beside letters that were not escaped; a lone sign stays", async ({
  db,
}) => {
  const said = ["a%40b%C3%BC", "a%FC", "日%40本", "100% %zz %", "%00"];
  expect(
    await allValues(
      db,
      "select app_private.percent_decoded(said) as value from unnest($1::text[]) with ordinality as asked (said, n) order by n",
      [said],
    ),
  ).toEqual(["a@bü", "aü", "日@本", "100% %zz %", " "]);
});

test("spelled_out: each way to read, in lower case; a plus is a space where a form wrote it", async ({
  db,
}) => {
  const read = async (said: string) =>
    (await oneValue<string>(db, "select app_private.spelled_out($1) as value", [said])).split("\n");
  expect(await read("A b")).toEqual(["a b"]);
  expect(await read("a=x+y%40z")).toEqual(["a=x+y%40z", "a=x+y@z", "a=x y@z"]);
  expect(await read("say x+y@z")).toEqual(["say x+y@z"]);
  expect(await read("say x+y%40z")).toEqual(["say x+y%40z", "say x+y@z", "say x y@z"]);
  expect(await read("u\u0308\u200bA")).toEqual(["üa"]);
});

test("a hostile text of a million letters is read in a moment", async ({ db }) => {
  const hostile = [
    "+".repeat(1_000_000),
    "a".repeat(1_000_000),
    "\\u00e4%41".repeat(100_000),
    "@".repeat(100_000),
    "+a%40".repeat(200_000),
  ];
  for (const said of hostile) {
    await db.query(
      "select count(*) from app_private.spelled_out($1) as said, regexp_matches(said, '[a-z0-9]*@[a-z0-9]*', 'g')",
      [said],
    );
  }
}, 60_000);
