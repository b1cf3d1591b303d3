import { expect, test } from "vitest";
import { filesIn, read } from "./files.ts";

const document = read("docs/security.md");
const threats = new Map(
  [...document.matchAll(/^\| (T\d+) \| (.*) \|$/gm)].map(([, number = "", row = ""]) => [
    number,
    row.split(" | "),
  ]),
);

test("docs/security.md knows every threat, T1 to T30, with a defence and a test", () => {
  expect([...threats.keys()]).toEqual(Array.from({ length: 30 }, (_, index) => `T${index + 1}`));
  const bare = [...threats].filter(
    ([, cells]) => cells.length !== 3 || citations(cells[2] ?? "").length === 0,
  );
  expect(bare.map(([number]) => number)).toEqual([]);
});

test("every test that it names is there, under that title", () => {
  const missing = [...threats].flatMap(([number, cells]) =>
    citations(cells[2] ?? "")
      .filter(({ file, title }) => !isThere(file, title))
      .map(({ file, title }) => `${number}: ${file} “${title}”`),
  );
  expect(missing).toEqual([]);
  // What no one has written as a citation would be read by nobody.
  const unread = [...threats].filter(
    ([, cells]) => cells[2]?.replace(CITATION, "").replace(/[, ]/g, "") !== "",
  );
  expect(unread.map(([number, cells]) => [number, cells[2]])).toEqual([]);
});

test("every test file that it names elsewhere is there", () => {
  const known = new Set(filesIn("test"));
  const named = [...document.matchAll(/`(test\/[\w/]+\.test\.ts)`/g)].map(([, file = ""]) => file);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((file) => !known.has(file))).toEqual([]);
});

test("a title that no test has is found, one with its parts put in by the test is not", () => {
  const [file] = [...threats.values()].flatMap((cells) => citations(cells[2] ?? "")).map((one) => one.file);
  expect(isThere(file ?? "", "a title that nobody has given to any test")).toBe(false);
  expect(isThere("test/house/no_such.test.ts", "every table")).toBe(false);
  expect(titlesOf('test(`one: seen`, f); test.each([1])("%j is", f); test(\n  "it\'s", f)')).toEqual([
    "one: seen",
    "%j is",
    "it's",
  ]);
});

/** One file, and one or more titles of its tests; a part of a title will do where the test puts others in. */
const CITATION = /`(test\/[\w/]+\.test\.ts)` ((?:“[^”]+”(?:, )?)+)/g;

function citations(cell: string): { file: string; title: string }[] {
  return [...cell.matchAll(CITATION)].flatMap(([, file = "", titles = ""]) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => ({ file, title })),
  );
}

const files = new Set(filesIn("test"));

function isThere(file: string, title: string): boolean {
  return files.has(file) && titlesOf(read(file)).some((one) => one.includes(title));
}

function titlesOf(source: string): string[] {
  const titles = source.matchAll(
    /\btest(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
  );
  return [...titles].map(([, plain, template]) => plain ?? template ?? "");
}
