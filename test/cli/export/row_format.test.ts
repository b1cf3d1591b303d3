import { expect, test } from "vitest";
import { readFilter } from "../../../src/cli/export/filter.ts";
import { csvFormat, defuse } from "../../../src/cli/export/row_format.ts";

test.each(["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "＝1+1", "+49 30 1", "-", "=1"])(
  "%j would be a formula and gets an apostrophe",
  (text) => expect(defuse(text)).toBe(`'${text}`),
);

test.each([
  ["x;=1+2;y", "x;'=1+2;y"],
  ["=1;=2", "'=1;'=2"],
  [";;@SUM(A1)", ";;'@SUM(A1)"],
  ['x;"=1+2"', `x;"'=1+2"`],
  ["x\t=1", "x\t'=1"],
  ["\t=1", "'\t'=1"],
  ["\r=1", "'\r'=1"],
  ["\n=1", "'\n'=1"],
  ["Hello,\r\n-1+2\r\nAna", "Hello,\r\n'-1+2\r\nAna"],
])("%j would be cut into cells, and no cell of it is a formula", (text, safe) =>
  expect(defuse(text)).toBe(safe),
);

test.each([
  "x;-12;+3.5",
  "a;b=1",
  "x,=1",
  "Hello,\n\nAna",
  "12",
  "",
  "-12",
  "+493012345",
  "-1.50",
  "a=b",
  "'=1",
  "x@example.com",
  "2026-11-22",
  " =1",
])("%j stays as it is", (text) => expect(defuse(text)).toBe(text));

test("cells are quoted where they must be, and lines end as RFC 4180 says", () => {
  const columns = [
    { name: "a,b", type: "text" },
    { name: "c", type: "text" },
  ];
  const format = csvFormat({ isRaw: false });
  expect(format.header(columns)).toBe('"a,b",c\r\n');
  expect(format.row(['say "hi"', "two\nlines"], columns)).toBe('"say ""hi""","two\nlines"\r\n');
  expect(format.row([null, '=HYPERLINK("x")'], columns)).toBe(`,"'=HYPERLINK(""x"")"\r\n`);
  expect(csvFormat({ isRaw: true }).row(["=1", null], columns)).toBe("=1,\r\n");
});

test("conditions", () => {
  expect(readFilter("status=new")).toEqual({ column: "status", operator: "=", value: "new" });
  expect(readFilter("received_at>=2026-11-01")).toMatchObject({ operator: ">=", value: "2026-11-01" });
  expect(readFilter("owner_id=")).toMatchObject({ operator: "=", value: "" });
  for (const text of ["", "status", "status like x", 'a"b=1', "=x", "Status=new"])
    expect(() => readFilter(text)).toThrow(/is no condition/);
});
