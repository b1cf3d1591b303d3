import { expect, test } from "vitest";
import { between } from "../../src/bench/report.ts";
import { perThousand, renderTable } from "../../src/bench/section.ts";

test("results replace what stood between the markers and nothing else", () => {
  const document = "before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n";
  const written = between(document, "new");
  expect(written).toBe("before\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\nafter\n");
  expect(between(written, "new")).toBe(written);
});

test("a document without markers is refused", () => {
  expect(() => between("nothing here", "new")).toThrow(/lacks/);
});

test("a table is Markdown with aligned columns", () => {
  expect(renderTable(["side", "n"], [["ours", "12"]])).toBe("| side | n  |\n|------|----|\n| ours | 12 |");
});

test("processor seconds are those of a thousand leads, and a dash where they are not known", () => {
  expect(perThousand([0.001, 0.003])).toBe("2.00");
  expect(perThousand([null, null])).toBe("–");
});
