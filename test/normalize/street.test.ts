import { expect, test } from "vitest";
import { streetOf } from "../../src/normalize/street.ts";

test.each([
  [["Hauptstraße 5", "Hauptstr. 5", "Haupt Str. 5", "5 HAUPTSTRASSE", "haupt 5"], "haupt 5"],
  [["12 High Street", "High St 12", "12 High St.", "12, High street"], "high 12"],
  [["Rua Augusta, nº 1500", "R. Augusta 1500"], "augusta 1500"],
  [["Avenue Foch 3", "3 av. Foch", "3, avenue Foch"], "foch 3"],
  [["Rue de la Paix 2", "2 R. de la Paix"], "de la paix 2"],
  [["Müllerweg 3", "Muellerweg 3"], "muller 3"],
  [["Unter den Linden 77", "77 unter den linden"], "unter den linden 77"],
  [["улица Ленина 5", "УЛИЦА ЛЕНИНА, 5"], "улица ленина 5"],
])("%j are one street", (streets, folded) => {
  expect(new Set(streets.map(streetOf))).toEqual(new Set([folded]));
});

test("a street that is named by its kind alone keeps it", () => {
  expect(streetOf("Allee")).toBe("allee");
  expect(streetOf("The Avenue")).toBe("the");
});

test("two houses of one street are two", () => {
  expect(streetOf("Lindenweg 14")).not.toBe(streetOf("Lindenweg 41"));
  expect(streetOf("Lindenweg 14a")).not.toBe(streetOf("Lindenweg 14b"));
});

test.each(["", "  ", "!!!", "\u200b", "😀"])("%j is no street", (text) => {
  expect(streetOf(text)).toBe("");
});
