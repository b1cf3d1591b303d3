import { expect, test } from "vitest";
import { LEAD_FIELDS, normalizeEdits } from "../../src/normalize/edits.ts";

const DE = { country: "DE", defaultCountry: null, receivedAt: new Date("2026-01-01T00:00:00Z") };

test("the fields of a person and a company, and none of the arrival", () => {
  expect(LEAD_FIELDS).toEqual([
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "company_domain",
    "street",
    "city",
    "postal_code",
    "region",
    "country",
    "birth_date",
    "language",
    "segment",
    "employees",
    "value_amount",
    "value_currency",
  ]);
});

test("what is left out stays out, null stays null, the rest takes the shape of arrivals", () => {
  const typed = { email: " Ana@Mail.EXAMPLE ", city: null, employees: 80, value_amount: "0012.50" };
  expect(normalizeEdits(typed, DE)).toEqual({
    ok: true,
    edits: { email: "ana@mail.example", city: null, employees: 80, value_amount: "12.50" },
  });
});

test.for([
  [{ phone: "030 901820" }, DE, "+4930901820"],
  [{ phone: "030 901820" }, { ...DE, country: null, defaultCountry: "DE" }, "+4930901820"],
  [{ phone: "01 42 68 53 00", country: "France" }, DE, "+33142685300"],
  [{ phone: "+1 202 456 1111" }, DE, "+12024561111"],
] as const)(
  "%o is dialled in the country named beside it, of the lead, of its territory",
  ([typed, home, phone]) => {
    expect(normalizeEdits(typed, home)).toMatchObject({ ok: true, edits: { phone } });
  },
);

test("a national number of no country, and what is no value, are refused with the field", () => {
  const nowhere = { ...DE, country: null };
  expect(normalizeEdits({ phone: "030 901820" }, nowhere)).toMatchObject({ ok: false, field: "phone" });
  expect(normalizeEdits({ city: "\u0000 " }, DE)).toEqual({
    ok: false,
    field: "city",
    message: "holds no text",
  });
});

test.for([
  [{ company: "x".repeat(1_000) }, true],
  [{ company: `  ${"x".repeat(999)}\n y` }, false],
  [{ company: "x".repeat(5_000) }, false],
  [{ street: "x".repeat(50_000) }, false],
  [{ last_name: "x".repeat(200) }, true],
  [{ last_name: "x".repeat(201) }, false],
] as const)("what is longer than its field is refused, never cut: %#", ([typed, ok]) => {
  const read = normalizeEdits(typed, DE);
  expect(read).toMatchObject(
    ok ? { ok, edits: typed } : { ok, message: expect.stringMatching(/^is too long/) },
  );
});
