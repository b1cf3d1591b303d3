import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { standardWebhooks } from "../../../src/capture/sources/standard_webhooks.ts";
import { anEvent, aRequest } from "./a_request.ts";

// The vector that the specification's own libraries are tested with.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"test": 2432232314}';
const AT = 1_614_265_330;
const HEADERS = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": String(AT),
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const SIGNATURE = HEADERS["webhook-signature"];

function verdict(headers: Record<string, string> = {}, { body = BODY, now = AT, secret = SECRET } = {}) {
  const request = aRequest(body, { ...HEADERS, ...headers }, { now: now * 1_000 });
  return standardWebhooks.verify?.(request, () => secret);
}

test("the known vector is right, with others beside it, and with a key without its prefix", () => {
  expect(verdict()).toBe("right");
  expect(verdict({ "webhook-signature": `v1a,asymmetric== v1,b2xk ${SIGNATURE}` })).toBe("right");
  expect(verdict({}, { secret: SECRET.slice(6) })).toBe("right");
});

test("another body, id, time, key or scheme is wrong", () => {
  expect(verdict({}, { body: `${BODY} ` })).toBe("wrong");
  expect(verdict({ "webhook-id": "msg_other" })).toBe("wrong");
  expect(verdict({ "webhook-timestamp": String(AT + 1) })).toBe("wrong");
  expect(verdict({}, { secret: "whsec_b3RoZXI=" })).toBe("wrong");
  for (const signature of ["", SIGNATURE.slice(3), SIGNATURE.replace("v1,", "v1a,"), "v1,"]) {
    expect(verdict({ "webhook-signature": signature }), signature).toBe("wrong");
  }
});

test("five minutes either way are in time, more are stale", () => {
  expect([verdict({}, { now: AT + 300 }), verdict({}, { now: AT - 300 })]).toEqual(["right", "right"]);
  expect([verdict({}, { now: AT + 301 }), verdict({}, { now: AT - 301 })]).toEqual(["stale", "stale"]);
  const signature = createHmac("sha256", Buffer.from(SECRET.slice(6), "base64"))
    .update(`${HEADERS["webhook-id"]}.soon.${BODY}`)
    .digest("base64");
  expect(verdict({ "webhook-timestamp": "soon", "webhook-signature": `v1,${signature}` })).toBe("stale");
});

test("a repetition is known by webhook-id", () => {
  expect(standardWebhooks.key?.(anEvent(BODY, "application/json", { "webhook-id": "msg_1" }))).toBe("msg_1");
  expect(standardWebhooks.keeps).toEqual(["webhook-id"]);
});

test.each([
  [
    "the data of an envelope",
    '{"type":"lead.created","timestamp":"2025-11-21T08:00:41Z","data":{"id":1}}',
    { id: 1 },
  ],
  ["a body of another build, whole", '{"email":"a@b.de","data":"x"}', { email: "a@b.de", data: "x" }],
  ["an object with data but without type, whole", '{"data":{"a":1}}', { data: { a: 1 } }],
])("%s is the document", (_what, body, document) => {
  expect(standardWebhooks.read(anEvent(body))).toEqual({ kind: "lead", document });
});

test("a CloudEvent inside is read as one", () => {
  const body = '{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"email":"a@b.de"}}';
  expect(standardWebhooks.read(anEvent(body, "application/cloudevents+json"))).toEqual({
    kind: "lead",
    document: { email: "a@b.de" },
  });
});

test("what is no object is unreadable", () => {
  for (const body of ["", "[]", "1", "{", '{"a":"\\ud800"}']) {
    expect(standardWebhooks.read(anEvent(body)).kind, body).toBe("unreadable");
  }
});
