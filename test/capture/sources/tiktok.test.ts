import { expect, test } from "vitest";
import { tiktok } from "../../../src/capture/sources/tiktok.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

const NAME = "tiktok/lead-event.UNVERIFIED";

test.skipIf(!HAS_SAMPLES)("the signature covers the time, which may be five minutes away", () => {
  const { request, secrets } = sampleRequest(tiktok, NAME);
  const at = (now: number) => tiktok.verify?.({ ...request, now }, secrets);
  expect([at(1_763_712_045_000), at(1_763_712_345_000), at(1_763_711_745_000)]).toEqual([
    "right",
    "right",
    "right",
  ]);
  expect([at(1_763_712_345_001), at(1_763_711_744_999)]).toEqual(["stale", "stale"]);
  expect(tiktok.verify?.(tampered(request), secrets)).toBe("wrong");
  const signature = String(request.headers["tiktok-signature"]);
  for (const header of [
    "",
    "s=1",
    signature.replace("t=1763712045", "t=1763712046"),
    signature.split(",")[1] ?? "",
  ]) {
    const other = { ...request, headers: { ...request.headers, "tiktok-signature": header } };
    expect(tiktok.verify?.(other, secrets)).toBe("wrong");
  }
});

test.skipIf(!HAS_SAMPLES)("the content is read out of its text", () => {
  const { event } = sampleRequest(tiktok, NAME);
  expect(tiktok.key?.(event)).toBe("lead.created:7300000000000000001");
  expect(tiktok.read(event)).toEqual({
    kind: "lead",
    document: {
      lead_id: "7300000000000000001",
      form_id: "7290000000000000001",
      advertiser_id: "7280000000000000001",
      event: "lead.created",
      occurred_at: "2025-11-21T08:00:41.000Z",
      user_openid: "act.example.12345",
      external_id: "7300000000000000001",
    },
  });
});

test("numbers in the content are exact text", () => {
  const event = jsonEvent({ event: "lead", content: '{"lead_id":7300000000000000001,"form_id":12}' });
  expect(tiktok.read(event)).toMatchObject({
    document: { external_id: "7300000000000000001", form_id: "12" },
  });
});

test("other events are recorded, and a content that is no JSON is refused", () => {
  expect(tiktok.read(jsonEvent({ event: "authorization.removed", content: "{}" })).kind).toBe("ignored");
  expect(tiktok.read(jsonEvent({ event: "misleading", content: "{}" })).kind).toBe("ignored");
  expect(tiktok.read(jsonEvent({})).kind).toBe("ignored");
  expect(tiktok.read(jsonEvent({ event: "lead.created", content: "{" }))).toMatchObject({
    kind: "unreadable",
    violations: [{ path: "/content" }],
  });
  expect(tiktok.key?.(jsonEvent({ event: "lead.created", content: "{" }))).toBeUndefined();
});

test("an event and an id that share their colons have a key each", () => {
  const key = (event: string, id: string) =>
    tiktok.key?.(jsonEvent({ event, content: JSON.stringify({ lead_id: id }) }));
  expect(key("lead", "1:2")).toBe("lead:1:2");
  expect(key("lead:1", "2")).not.toBe(key("lead", "1:2"));
  expect(key("lead:1", "2")).not.toBe(key("lead%3A1", "2"));
});
