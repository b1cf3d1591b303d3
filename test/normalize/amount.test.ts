import { expect, test } from "vitest";
import { normalizeAmount, normalizeCurrency, normalizeEmployees } from "../../src/normalize/amount.ts";

test.each([
  ["1234.50", "1234.50"],
  [" +7 ", "7"],
  ["-12.5", "-12.5"],
  ["007", "7"],
  ["0", "0"],
  ["-0.00", "0.00"],
  ["123456789012345.12", "123456789012345.12"],
  ["199.99000000000001", "199.99000000000001"],
  ["1.2345", "1.2345"],
  ["0.125", "0.125"],
  ["12.500", "12.500"],
])("the amount %j is %s, exact to the last digit", (typed, amount) => {
  expect(normalizeAmount(typed)).toBe(amount);
});

test.each([
  "",
  "1.234,56",
  "1,234.56",
  "12,50",
  "1 000",
  "1e3",
  "€ 5",
  "5 EUR",
  ".5",
  "5.",
  "--5",
  "1234567890123456",
])("%j is no amount", (typed) => {
  expect(normalizeAmount(typed)).toBeUndefined();
});

test("a currency is its ISO code, not its sign", () => {
  expect(normalizeCurrency(" eur ")).toBe("EUR");
  for (const typed of ["€", "$", "Euro", "EU", "QQQ", ""]) expect(normalizeCurrency(typed)).toBeUndefined();
});

test("employees are a whole number", () => {
  expect(normalizeEmployees("0")).toBe(0);
  expect(normalizeEmployees(" 0250 ")).toBe(250);
  expect(normalizeEmployees("50.0")).toBe(50);
  expect(normalizeEmployees("50.00")).toBe(50);
  for (const typed of [
    "",
    "-5",
    "50-100",
    "50+",
    "1.5",
    "1,000",
    "1.000",
    "10.000",
    "many",
    "2147483648",
    "9".repeat(5_000),
  ]) {
    expect(normalizeEmployees(typed), typed).toBeUndefined();
  }
});
