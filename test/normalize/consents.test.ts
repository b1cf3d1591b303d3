import { expect, test } from "vitest";
import { readConsents } from "../../src/normalize/consents.ts";

const RULE = { purpose: "marketing", field: "consent", text_version: "1", at_field: "at", required: false };
const context = { timeZone: "Europe/Berlin", receivedAt: new Date("2026-05-01T12:00:00Z") };
const read = (document: object) => readConsents([RULE], document, context);

test.each([["withdrawn"], { value: "withdrawn" }, ["off", "on"]])(
  "an answer that is a list or an object is no silence: %j",
  (consent) => {
    expect(read({ consent })).toMatchObject({ ok: false, violations: [{ kind: "type", path: "/consent" }] });
  },
);

test.each([undefined, null, "", "  "])("silence leaves no record: %j", (consent) => {
  expect(read({ consent })).toEqual({ ok: true, consents: [] });
});

test.each(["03/15/2019 10:00", "Mon, 01 Jul 2019 10:00:00 GMT", ["2019-03-15"]])(
  "a time that cannot be read is refused, or an old word would stand against a newer one: %j",
  (at) => {
    expect(read({ consent: "granted", at })).toMatchObject({
      ok: false,
      violations: [{ kind: "format", path: "/at" }],
    });
  },
);

test("where nothing is said of a time the arrival's counts", () => {
  const said = { purpose: "marketing", state: "granted", text_version: "1" };
  expect(read({ consent: "yes", at: "" })).toEqual({ ok: true, consents: [said] });
  expect(read({ consent: "yes", at: "2026-04-01T10:00:00Z" })).toMatchObject({
    consents: [{ ...said, given_at: expect.stringContaining("2026-04-01T10:00:00") }],
  });
});
