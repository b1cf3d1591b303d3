import { expect, test } from "vitest";
import { compileContract } from "../../src/contracts/check.ts";
import { Contract } from "../../src/contracts/contract.ts";
import { isDisposable } from "../../src/pipeline/disposable_domains.ts";
import { type ClaimedCapture, judge } from "../../src/pipeline/judge.ts";
import { spamOf } from "../../src/pipeline/spam.ts";

const guard = { honeypot: "fax", elapsed: "seconds", minimum_seconds: 3, threshold: 60 };
const scoreOf = (document: object, email = "ana@example.de") => spamOf(guard, document, email).score;

test("a person who takes their time has no points", () => {
  expect(spamOf(guard, { seconds: 12.5 }, "ana@example.de")).toEqual({ score: 0, signs: [] });
  expect(scoreOf({ seconds: "3" })).toBe(0);
  expect(scoreOf({ seconds: 12, fax: "" })).toBe(0);
});

test("each sign counts, and says where it stands without what was sent", () => {
  expect(spamOf(guard, { seconds: 1, fax: "+49 30 1" }, "x@mailinator.com")).toEqual({
    score: 100,
    signs: [
      { kind: "spam", path: "/fax", message: "a field is filled that people do not see (100)" },
      { kind: "spam", path: "/seconds", message: "filled in within 3 s (60)" },
      { kind: "spam", path: "/email", message: "a mailbox of a throw-away service (60)" },
    ],
  });
  expect(scoreOf({ seconds: 2.9 })).toBe(60);
  expect(scoreOf({ seconds: -5 })).toBe(60);
  expect(scoreOf({ seconds: 9 }, "x@yopmail.com")).toBe(60);
});

test("a browser without scripts is suspicious, but not by itself", () => {
  expect(scoreOf({})).toBe(20);
  expect(scoreOf({ seconds: "soon" })).toBe(20);
  expect(spamOf({ threshold: 60 }, {}, "").score).toBe(0);
});

test("throw-away mailboxes are known below their domains, not beside them", () => {
  for (const bad of ["a@mailinator.com", "a@MAILINATOR.com", "a@b.c.mailinator.com"]) {
    expect([bad, isDisposable(bad)]).toEqual([bad, true]);
  }
  for (const good of [
    "a@notmailinator.com",
    "a@mailinator.com.example",
    "mailinator.com@example.de",
    "",
    "com",
  ]) {
    expect([good, isDisposable(good)]).toEqual([good, false]);
  }
});

const contract = Contract.parse({
  schema: { type: "object", properties: { email: { type: "string" } } },
  mapping: { email: "email" },
  reach: ["email"],
  consents: [{ purpose: "marketing", field: "news", text_version_field: "/form/version", at_field: "at" }],
  spam_guard: guard,
});
const published = { contract, compiled: compileContract(contract) };

test("from the threshold on it is quarantined as suspected spam, even when it breaks its contract too", () => {
  const judged = judge(captureOf({ email: 7, fax: "x" }), published);
  expect(judged).toMatchObject({ kind: "suspected_spam", violations: [{ kind: "spam" }, { kind: "spam" }] });
});

test("what people released is not suspected again", () => {
  const released = { ...captureOf({ email: "ana@example.de", fax: "x" }), released_at: new Date() };
  expect(judge(released, published)).toMatchObject({ attributes: { email: "ana@example.de" } });
});

test("consent is read as forms and programs write it, and silence is none", () => {
  const consentsOf = (said: object) => {
    const judged = judge(captureOf({ email: "ana@example.de", seconds: 9, ...said }), published);
    return "attributes" in judged ? judged.attributes.consents : judged;
  };
  const form = { version: "2026-01" };
  expect(consentsOf({ news: "on", form, at: "2026-01-02T10:00:00+01:00" })).toEqual([
    { purpose: "marketing", state: "granted", text_version: "2026-01", given_at: "2026-01-02T09:00:00.000Z" },
  ]);
  expect(consentsOf({ news: false, form })).toMatchObject([{ state: "denied" }]);
  expect(consentsOf({ news: "Withdrawn", form })).toMatchObject([{ state: "withdrawn" }]);
  expect(consentsOf({ form })).toBeUndefined();
});

test("consent that nobody can understand, or to unknown words, is refused", () => {
  const violationsOf = (said: object) =>
    judge(captureOf({ email: "ana@example.de", seconds: 9, ...said }), published);
  expect(violationsOf({ news: "perhaps", form: { version: "1" } })).toMatchObject({
    kind: "contract_violation",
    violations: [{ kind: "format", path: "/news" }],
  });
  expect(violationsOf({ news: "on" })).toMatchObject({
    kind: "contract_violation",
    violations: [{ kind: "missing", path: "/form/version" }],
  });
});

test("a consent names its words once, and a purpose once", () => {
  const base = { schema: {}, mapping: { email: "email" }, reach: ["email"] };
  const rule = { purpose: "a", field: "x", text_version: "1" };
  const isFine = (consents: object[]) => Contract.safeParse({ ...base, consents }).success;
  expect(isFine([rule])).toBe(true);
  expect(isFine([{ ...rule, text_version_field: "v" }])).toBe(false);
  expect(isFine([{ purpose: "a", field: "x" }])).toBe(false);
  expect(isFine([rule, rule])).toBe(false);
});

function captureOf(document: object): ClaimedCapture {
  return {
    id: "018f0000-0000-7000-8000-000000000001",
    path_slug: "web-form",
    protocol: "json",
    contract_id: 1,
    content_type: "application/json",
    headers: null,
    body: Buffer.from(JSON.stringify(document)),
    part_of: null,
    fetched: null,
    corrections: null,
    released_at: null,
    received_at: new Date("2026-02-01T12:00:00Z"),
    default_country: "DE",
    time_zone: "Europe/Berlin",
  };
}
