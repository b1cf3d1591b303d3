import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EndlessRecord, MAX_RECORD, makeCsvSplitter } from "../../../src/cli/import/split_csv.ts";

type Dialect = Parameters<typeof makeCsvSplitter>[0];

function split(text: string, { pieces = 1, ...dialect }: Partial<Dialect> & { pieces?: number } = {}) {
  const take = makeCsvSplitter({ delimiter: ",", lineEnd: "\n", ...dialect });
  const size = Math.max(1, Math.ceil(text.length / pieces));
  const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
  return [...parts.flatMap((part) => take(part, false)), ...take("", true)];
}

const cells = (text: string, dialect: Partial<Dialect> = {}) =>
  split(text, dialect).map((record) => record.cells);

test.each([
  [
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    '"a\r\nb","c,d"\r\n"say ""hi""",',
    [
      ["a\r\nb", "c,d"],
      ['say "hi"', ""],
    ],
  ],
  ["a\n\nb", [["a"], [""], ["b"]]],
  [',"",\n', [["", "", ""]]],
  ['5" pipe,1\n', [['5" pipe', "1"]]],
  ['a\rb,"c"\n', [["a\rb", "c"]]],
  ["", []],
])("%j is %j", (text, expected) => {
  expect(cells(text)).toEqual(expected);
});

test("other delimiters and old line ends", () => {
  expect(cells('a;"b;c"\nd;e', { delimiter: ";" })).toEqual([
    ["a", "b;c"],
    ["d", "e"],
  ]);
  expect(cells('a\t"b\rc"\rd\te\r', { delimiter: "\t", lineEnd: "\r" })).toEqual([
    ["a", "b\rc"],
    ["d", "e"],
  ]);
});

test("a broken row is one line, and the rows behind it are read", () => {
  for (const pieces of [1, 3, 20]) {
    expect(split('a,b\n"open,1\n2,3\n4,5\n', { pieces })).toEqual([
      { raw: "a,b", cells: ["a", "b"] },
      { raw: '"open,1', cells: null },
      { raw: "2,3", cells: ["2", "3"] },
      { raw: "4,5", cells: ["4", "5"] },
    ]);
    expect(split('"a" b,c\n"open,1\nd,"e"\n', { pieces }).map(({ raw, cells: all }) => [raw, all])).toEqual([
      ['"a" b,c', null],
      ['"open,1', null],
      ['d,"e"', ["d", "e"]],
    ]);
  }
});

test("the raw text of a record is what stands in the file", () => {
  expect(split('"a\r\nb",c\r\nd,e').map(({ raw }) => raw)).toEqual(['"a\r\nb",c', "d,e"]);
});

test("a line without end is refused before it fills the memory; an open quote that long is a broken row", () => {
  const take = makeCsvSplitter({ delimiter: ",", lineEnd: "\n" });
  expect(() => take("x".repeat(MAX_RECORD + 1), false)).toThrow(EndlessRecord);
  const other = makeCsvSplitter({ delimiter: ",", lineEnd: "\n" });
  const line = `${"2,".padEnd(1023, "x")}\n`;
  const records = other(`"open,1\n${line.repeat(1 + MAX_RECORD / 1024)}`, false);
  expect(records[0]).toEqual({ raw: '"open,1', cells: null });
  expect(records.length).toBe(2 + MAX_RECORD / 1024);
});

test("csv-parse reads the same, however the text is cut into pieces", () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", "é", "😀", '"', ",", ";", "\n", "\r\n", " ", "=", "\0"),
    maxLength: 6,
  });
  const quoted = (text: string, always: boolean) =>
    always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const row = fc.array(fc.tuple(cell, fc.boolean()), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("\n", "\r\n"),
      fc.nat(40),
      (rows, end, pieces) => {
        const text = rows
          .map((one) => one.map(([value, always]) => quoted(value, always)).join(","))
          .join(end);
        const theirs = parse(text, { relax_column_count: true, record_delimiter: end });
        const ours = split(text, { pieces: pieces + 1 });
        expect(ours.map((record) => record.cells)).toEqual(theirs);
        expect(ours.map(({ raw }) => raw).join(end)).toBe(text);
      },
    ),
  );
});
