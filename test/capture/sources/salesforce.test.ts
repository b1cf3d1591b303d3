import { expect, test } from "vitest";
import { salesforce } from "../../../src/capture/sources/salesforce.ts";
import type { Event } from "../../../src/capture/sources/source.ts";
import { HAS_SAMPLES, sampleRequest } from "../sample.ts";

const NAME = "salesforce/web-to-lead";
const FORM = "application/x-www-form-urlencoded";

test.skipIf(!HAS_SAMPLES)("the form becomes a document, custom fields by their id", () => {
  const { event } = sampleRequest(salesforce, NAME);
  expect(salesforce.read(event)).toMatchObject({
    kind: "lead",
    document: {
      org_id: "00D000000000062",
      first_name: "Ada",
      last_name: "Lovelace",
      email: "ada@example.com",
      phone: "+44 20 7946 0958",
      mobile: "+44 7700 900123",
      company: "Analytical Engines",
      company_domain: "https://www.example.com",
      postal_code: "SW1Y 4JH",
      country: "GB",
      channel: "Web",
      segment: "Technology",
      employees: "42",
      message: "Please call",
      campaign: "701000000000001",
      answers: { "00N000000000001": "custom field by id", emailOptOut: "0" },
    },
  });
  expect(JSON.stringify(salesforce.read(event))).not.toMatch(/debug|retURL|state/);
});

test.skipIf(!HAS_SAMPLES)("a browser is sent back only to a host that the path knows", () => {
  const { request } = sampleRequest(salesforce, NAME);
  const reply = (hosts: string | undefined, retURL?: string) => {
    const body = retURL === undefined ? request.body : Buffer.from(`retURL=${encodeURIComponent(retURL)}`);
    return salesforce.reply?.({ ...request, body }, (name) => (name === "return-hosts" ? hosts : undefined));
  };
  expect(reply("shop.example.com, WWW.example.com")).toEqual({
    status: 302,
    headers: { location: "https://www.example.com/thanks" },
    body: "",
  });
  expect(reply("example.com")?.status).toBe(200);
  expect(reply(undefined)?.status).toBe(200);
  for (const bad of [
    "https://www.example.com.evil.example/",
    "https://www.example.com@evil.example/",
    "https://x@www.example.com/",
    "javascript://www.example.com/%0aalert(1)",
    "//www.example.com",
    "https://www.example.com:8443/",
    "",
  ]) {
    expect(reply("www.example.com", bad)?.status).toBe(200);
  }
});

const form = (body: string | Buffer, contentType = FORM): Event => ({
  body: Buffer.from(body),
  contentType,
  headers: {},
});

test("old sites say what their letters are", () => {
  const name = { document: { last_name: "Müller" } };
  expect(salesforce.read(form("last_name=M%C3%BCller"))).toMatchObject(name);
  expect(salesforce.read(form("encoding=ISO-8859-1&last_name=M%FCller"))).toMatchObject(name);
  expect(salesforce.read(form("last_name=M%FCller", `${FORM}; charset=windows-1252`))).toMatchObject(name);
  expect(salesforce.read(form("last_name=M%FCller")).kind).toBe("unreadable");
  expect(salesforce.read(form("encoding=klingon&last_name=x")).kind).toBe("unreadable");
});

test("hostile names and values pollute nothing", () => {
  const reading = salesforce.read(form("__proto__=x&constructor=y&email=a%40b.de&&=&x"));
  expect(reading).toMatchObject({ kind: "lead", document: { email: "a@b.de" } });
  expect(Object.getPrototypeOf(reading)).toBe(Object.prototype);
  expect(JSON.stringify(reading)).toContain('"__proto__":"x"');
  expect(salesforce.read(form("email=a%00b")).kind).toBe("unreadable");
});

test("a picklist is a list, and of a field that stands twice the first counts", () => {
  expect(salesforce.read(form("00N1=a&00N1=b&email=&email=a%40b.de"))).toMatchObject({
    document: { email: "a@b.de", answers: { "00N1": ["a", "b"] } },
  });
});

test("there is no key: nothing tells a second click from a second wish", () => {
  expect(salesforce.key).toBeUndefined();
  expect(salesforce.verify).toBeUndefined();
});
