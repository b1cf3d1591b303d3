import { expect, test } from "vitest";
import { asTyped, cleanLine, cleanMessage } from "../../src/normalize/text.ts";

test.each([
  ["  Anna \t Maria\r\n Berg ", "Anna Maria Berg"],
  ["Mu\u0308ller", "Müller"],
  ["Anna\u00a0Berg\u3000", "Anna Berg"],
  ["An\u0000na\u0007 \u009fBerg", "Anna Berg"],
  ["\u202eAnna\u202c\u200b\ufeff", "Anna"],
  ["A\ud800B", "A\ufffdB"],
  ["می\u200cخواهم", "می\u200cخواهم"],
  ["👩\u200d🔧", "👩\u200d🔧"],
])("the line %j becomes %j", (text, clean) => {
  expect(cleanLine(text)).toBe(clean);
});

test.each(["", " ", "\u0000", "\u200b\u2060"])("of %j nothing is left", (text) => {
  expect(cleanLine(text)).toBeUndefined();
  expect(cleanMessage(text)).toBeUndefined();
});

test("a message keeps its lines and indents, and loses its controls", () => {
  expect(cleanMessage(" Hello,\r\n\r\n  we need:\r\t- help\u0000\u2028Mu\u0308ller \n")).toBe(
    "Hello,\n\n  we need:\n\t- help\nMüller",
  );
});

test("what is too long is cut, never through a character", () => {
  expect(cleanLine("x".repeat(1_001))).toHaveLength(1_000);
  expect(cleanMessage("x".repeat(1_000_000))).toHaveLength(10_000);
  expect(cleanLine(`x${"👋".repeat(10)}`, 4)).toBe("x👋");
  expect(asTyped(`x${"👋".repeat(5_000)}`)).toHaveLength(1_999);
});

test("what was typed stays as it was, except what Postgres cannot hold", () => {
  expect(asTyped(" Mu\u0308ller\t\u0007 ")).toBe(" Mu\u0308ller\t\u0007 ");
  expect(asTyped("a\u0000b\udc00")).toBe("ab\ufffd");
});

test("a letter under ten thousand accents takes no time", () => {
  cleanMessage(`a${"\u0301".repeat(50_000)}${"\u0316".repeat(50_000)}`);
}, 20_000);
