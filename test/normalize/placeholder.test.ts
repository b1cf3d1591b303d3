import { describe, expect, test } from "vitest";
import { matchOf } from "../../src/normalize/match.ts";
import { isNoCompany, isNoName, isNoNumber } from "../../src/normalize/placeholder.ts";

describe("what is no name", () => {
  test.each(["n a", "herr", "unbekannt", "xxx", "test"])("%s", (folded) => {
    expect(isNoName(folded, folded)).toBe(true);
  });

  test("an e-mail address in the field of a name", () => {
    expect(isNoName("ana@mail.example", "ana mail example")).toBe(true);
  });

  test.each(["na", "dom", "nobody-knows", "testa"])("but %s may be one", (folded) => {
    expect(isNoName(folded, folded)).toBe(false);
  });
});

test.each(["privat", "self employed", "keine angabe", "n a", "student"])("%s is no company", (folded) => {
  expect(isNoCompany(folded)).toBe(true);
});

test.each(["privatbank", "student housing", "siemens"])("%s is one", (folded) => {
  expect(isNoCompany(folded)).toBe(false);
});

describe("numbers that are typed to get past a form", () => {
  test.each([
    "+490000",
    "+490000000",
    "+4930000000",
    "+49300000000",
    "+499999999999",
    "+493012345678",
    "+49123456789",
  ])("%s", (phone) => {
    expect(isNoNumber(phone)).toBe(true);
  });

  test.each(["+493012345", "+49301234567", "+18002225555", "+4917622222", "+5511987654399"])(
    "but %s may be somebody's",
    (phone) => {
      expect(isNoNumber(phone)).toBe(false);
    },
  );
});

test("none of it is compared", () => {
  const nothing = {
    first_name: "Herr",
    last_name: "N.N.",
    company: "privat",
    phone: "+490000000",
    identities: [],
    typed: {},
  };
  expect(matchOf(nothing)).toEqual({ keys: [] });
});
