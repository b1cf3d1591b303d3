import { expect, test } from "vitest";
import { type NormalizeContext, normalizeAttributes } from "../../src/normalize/attributes.ts";

const context: NormalizeContext = {
  defaultCountry: "DE",
  timeZone: "Europe/Berlin",
  receivedAt: new Date("2026-03-01T12:00:00Z"),
  reach: ["email", "phone"],
  externalIdSource: "web-form",
};

test("a lead gets one shape, and keeps what was typed where that differs", () => {
  const fields = {
    first_name: " Jürgen ",
    last_name: "Müller",
    email: "J.Mueller@Sales.Acme.de",
    phone: "030 1234567 ext. 5",
    employees: "0250",
    country: "Deutschland",
    occurred_at: "2025-05-01 10:00",
    value_amount: "99.90",
    external_id: "A-7",
  };
  expect(normalizeAttributes(fields, context)).toEqual({
    ok: true,
    attributes: {
      first_name: "Jürgen",
      last_name: "Müller",
      email: "j.mueller@sales.acme.de",
      phone: "+49301234567",
      company_domain: "acme.de",
      country: "DE",
      employees: 250,
      occurred_at: "2025-05-01T08:00:00.000Z",
      value_amount: "99.90",
      external_id: "A-7",
      identities: [
        { kind: "email", value: "j.mueller@sales.acme.de" },
        { kind: "phone", value: "+49301234567" },
        { kind: "external_id", value: "web-form:A-7" },
      ],
      typed: {
        first_name: " Jürgen ",
        email: "J.Mueller@Sales.Acme.de",
        phone: "030 1234567 ext. 5",
        employees: "0250",
        country: "Deutschland",
        occurred_at: "2025-05-01 10:00",
      },
    },
  });
});

test("what cannot be read is dropped and remembered, as long as the person can be reached", () => {
  const attributes = accepted({ email: "max@gmail.com", phone: "n/a", country: "Mars", employees: "50-100" });
  expect(attributes).toEqual({
    email: "max@gmail.com",
    identities: [{ kind: "email", value: "max@gmail.com" }],
    typed: { phone: "n/a", country: "Mars", employees: "50-100" },
  });
});

test("whom nothing identifies is refused: what was not read, and what would be enough", () => {
  const fields = { last_name: "Muster", email: "max@acme", phone: "12", external_id: "7", country: "Mars" };
  expect(normalizeAttributes(fields, context)).toEqual({
    ok: false,
    violations: [
      { kind: "format", path: "/email", message: "is not an e-mail address" },
      { kind: "format", path: "/phone", message: expect.stringContaining("is not a telephone number") },
      { kind: "format", path: "/country", message: "is not a country" },
      { kind: "missing", path: "", message: "must have a valid value in at least one of: email, phone" },
    ],
  });
});

test("a contract that asks for one identity is broken at its place", () => {
  expect(normalizeAttributes({ phone: "030 1234567" }, { ...context, reach: ["email"] })).toEqual({
    ok: false,
    violations: [
      { kind: "missing", path: "/email", message: "must have a valid value in at least one of: email" },
    ],
  });
});

test("an id of a vendor is enough where the contract says so", () => {
  expect(normalizeAttributes({ external_id: "7" }, { ...context, reach: ["external_id"] }).ok).toBe(true);
});

test("a valid number tells a country that was not named; the door's country alone does not", () => {
  expect(accepted({ phone: "+33 6 12 34 56 87" }).country).toBe("FR");
  expect(accepted({ phone: "+33 6 12 34 56 87", country: "DE" }).country).toBe("DE");
  expect(accepted({ phone: "06 12 34 56 87", country: "France" }).phone).toBe("+33612345687");
  expect(accepted({ email: "max@acme.de" }).country).toBeUndefined();
});

test("the company's own word on its domain counts before the e-mail address, but not that of a freemailer", () => {
  expect(accepted({ email: "max@acme.de", company_domain: "https://acme.com" }).company_domain).toBe(
    "acme.com",
  );
  const attributes = accepted({ email: "max@acme.de", company_domain: "gmail.com" });
  expect(attributes.company_domain).toBe("acme.de");
  expect(attributes.typed.company_domain).toBe("gmail.com");
});

test("fields outside the closed list go nowhere", () => {
  const fields = JSON.parse('{"email":"max@acme.de","__proto__":"x","constructor":"y","typed":"z"}');
  expect(Object.keys(accepted(fields)).sort()).toEqual(["company_domain", "email", "identities", "typed"]);
});

test("long texts are cut, and so is what was typed", () => {
  const attributes = accepted({
    email: "max@acme.de",
    first_name: "x".repeat(300),
    message: "y".repeat(20_000),
  });
  expect(attributes.first_name).toHaveLength(200);
  expect(attributes.message).toHaveLength(10_000);
  expect(attributes.typed.message).toHaveLength(2_000);
});

function accepted(fields: Record<string, string>) {
  const normalized = normalizeAttributes(fields, context);
  if (!normalized.ok) throw new Error(JSON.stringify(normalized.violations));
  return normalized.attributes;
}
