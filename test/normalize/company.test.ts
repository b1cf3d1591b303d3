import { expect, test } from "vitest";
import { companyDomainOfEmail, normalizeCompanyDomain } from "../../src/normalize/company.ts";

test.each([
  ["acme.de", "acme.de"],
  [" WWW.Acme.DE ", "acme.de"],
  ["https://www.shop.acme.co.uk:8080/contact?x=1", "acme.co.uk"],
  ["info@acme.de", "acme.de"],
  ["müller.de", "xn--mller-kva.de"],
  ["acme.example", "acme.example"],
])("%j belongs to the company %s", (typed, domain) => {
  expect(normalizeCompanyDomain(typed)).toBe(domain);
});

test.each([
  "",
  "Acme GmbH",
  "acme",
  "co.uk",
  "1.2.3.4",
  "http://[::1]/",
  "gmail.com",
  "https://yahoo.co.uk",
  "n/a",
])("%j tells no company", (typed) => {
  expect(normalizeCompanyDomain(typed)).toBeUndefined();
});

test("an e-mail address tells the company, a private mailbox none", () => {
  expect(companyDomainOfEmail("max@sales.acme.co.uk")).toBe("acme.co.uk");
  expect(companyDomainOfEmail("max@gmail.com")).toBeUndefined();
  expect(companyDomainOfEmail("max@mail.gmx.net")).toBeUndefined();
});
