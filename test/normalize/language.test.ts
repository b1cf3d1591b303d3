import { expect, test } from "vitest";
import { normalizeLanguage } from "../../src/normalize/language.ts";

test.each([
  ["de", "de"],
  ["DE", "de"],
  ["de_at", "de-AT"],
  ["deu", "de"],
  ["pt-BR", "pt-BR"],
  ["zh-hans-cn", "zh-Hans-CN"],
])("the language %j is %s", (typed, tag) => {
  expect(normalizeLanguage(typed)).toBe(tag);
});

test.each(["", "German", "d", "en_US.UTF-8", "de-1996-1996", "de,en;q=0.9"])(
  "%j is no language tag",
  (typed) => {
    expect(normalizeLanguage(typed)).toBeUndefined();
  },
);
