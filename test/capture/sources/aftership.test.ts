import { expect, test } from "vitest";
import { aftership } from "../../../src/capture/sources/aftership.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

test.skipIf(!HAS_SAMPLES)("the sample is signed, and its parcel belongs to an order", () => {
  const { request, event, secrets } = sampleRequest(aftership, "carriers/aftership-tracking-update");
  expect(aftership.verify?.(request, secrets)).toBe("right");
  expect(aftership.verify?.(tampered(request), secrets)).toBe("wrong");
  expect(aftership.key?.(event)).toBe("c4a55b4e-9b2e-4d0a-8d6c-3a2b1c0d9e8f");
  expect(aftership.read(event)).toEqual({ kind: "order" });
});

test("other events are recorded", () => {
  expect(aftership.read(jsonEvent({ event: "edd_revise" })).kind).toBe("ignored");
  expect(aftership.read(jsonEvent({})).kind).toBe("ignored");
  expect(aftership.key?.(jsonEvent({}))).toBeUndefined();
});
