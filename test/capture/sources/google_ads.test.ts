import { expect, test } from "vitest";
import { googleAds } from "../../../src/capture/sources/google_ads.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest } from "../sample.ts";

test.skipIf(!HAS_SAMPLES)("the key in the body is compared with the path's own", () => {
  const { request } = sampleRequest(googleAds, "google-ads/lead-form-real");
  expect(googleAds.verify?.(request, () => "google-test-key")).toBe("right");
  expect(googleAds.verify?.(request, () => "google-test-ke")).toBe("wrong");
  expect(googleAds.verify?.(request, () => undefined)).toBe("no secret");
  const empty = { ...request, sent: Buffer.from("{}"), body: Buffer.from("{}") };
  expect(googleAds.verify?.(empty, () => "google-test-key")).toBe("wrong");
  expect(googleAds.verify?.(empty, () => "")).toBe("wrong");
});

test.skipIf(!HAS_SAMPLES)("a lead keeps every digit of its ids, and nothing of the key", () => {
  const { event } = sampleRequest(googleAds, "google-ads/lead-form-real");
  expect(googleAds.key?.(event)).toBe("EAIaIQobChMI0realLead01");
  expect(googleAds.read(event)).toEqual({
    kind: "lead",
    isTest: false,
    document: {
      external_id: "EAIaIQobChMI0realLead01",
      occurred_at: "2025-11-21T08:00:41Z",
      form_id: "40000000002",
      campaign: "9007199254740993",
      adgroup_id: "20000000000",
      creative_id: "30000000000",
      asset_group_id: "0",
      click_id: "EAIaIQobChMI0gclid",
      lead_stage: "NEW",
      first_name: "Grace",
      last_name: "Hopper",
      email: "Grace.Hopper@Example.com",
      phone: "+1 212 555 0142",
      postal_code: "10001",
      country: "US",
      company: "Example Co",
      answers: {
        FIRST_NAME: "Grace",
        LAST_NAME: "Hopper",
        EMAIL: "Grace.Hopper@Example.com",
        PHONE_NUMBER: "+1 212 555 0142",
        POSTAL_CODE: "10001",
        COUNTRY: "US",
        COMPANY_NAME: "Example Co",
        PREFERRED_DEALERSHIP: "Downtown",
      },
    },
  });
});

test.skipIf(!HAS_SAMPLES)("a test lead is one", () => {
  const { event } = sampleRequest(googleAds, "google-ads/lead-form-test");
  expect(googleAds.read(event)).toMatchObject({
    isTest: true,
    document: { first_name: "FirstName", last_name: "LastName", email: "test@example.com" },
  });
});

test("it hears an empty object", () => {
  const request = {
    method: "POST",
    target: "/",
    headers: {},
    sent: Buffer.alloc(0),
    body: Buffer.alloc(0),
    publicUrl: "",
    now: 0,
  };
  expect(googleAds.reply?.(request, () => undefined)).toMatchObject({ status: 200, body: "{}" });
});

test("a lead without id has no key and is left to its contract", () => {
  const event = jsonEvent({ user_column_data: "none", google_key: "k" });
  expect(googleAds.key?.(event)).toBeUndefined();
  expect(googleAds.read(event)).toEqual({ kind: "lead", isTest: false, document: { answers: {} } });
});

test("a row of an export is the event that the webhook would have told", () => {
  const row = {
    "Lead ID": " L1 ",
    "Campaign ID": "9007199254740993",
    "Full name": "Ana Silva",
    Email: "a@b.de",
    Empty: "",
  };
  const exported = googleAds.fromExport?.(row);
  if (exported === undefined) throw new Error("It names a lead.");
  expect(exported.isBare).toBe(false);
  expect(googleAds.key?.(exported.event)).toBe("L1");
  expect(googleAds.read(exported.event)).toMatchObject({
    document: {
      external_id: "L1",
      campaign: "9007199254740993",
      first_name: "Ana",
      last_name: "Silva",
      email: "a@b.de",
    },
  });
  expect(googleAds.fromExport?.({ lead_id: "L1", gclid: "g" })).toMatchObject({ isBare: true });
  expect(googleAds.fromExport?.({ Email: "a@b.de" })).toBeUndefined();
});
