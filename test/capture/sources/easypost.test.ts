import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { easypost } from "../../../src/capture/sources/easypost.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

test.skipIf(!HAS_SAMPLES)("the sample is signed, and its parcel belongs to an order", () => {
  const { request, event, secrets } = sampleRequest(easypost, "carriers/easypost-tracker-updated");
  expect(easypost.verify?.(request, secrets)).toBe("right");
  expect(easypost.verify?.(tampered(request), secrets)).toBe("wrong");
  expect(easypost.key?.(event)).toBe("evt_2025112100000001");
  expect(easypost.read(event)).toEqual({ kind: "order" });
});

test("a secret with an accent counts in the form that EasyPost makes of it", () => {
  const sent = Buffer.from("{}");
  const signature = createHmac("sha256", "cafe\u0301").update(sent).digest("hex");
  const headers = { "x-hmac-signature": `hmac-sha256-hex=${signature}` };
  const request = { method: "POST", target: "/", headers, sent, body: sent, publicUrl: "", now: 0 };
  expect(easypost.verify?.(request, () => "caf\u00e9")).toBe("right");
});

test("other events are recorded", () => {
  expect(easypost.read(jsonEvent({ description: "payment.created" })).kind).toBe("ignored");
  expect(easypost.read(jsonEvent({})).kind).toBe("ignored");
});
