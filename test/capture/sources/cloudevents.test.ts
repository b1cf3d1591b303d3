import { expect, test } from "vitest";
import { cloudevents } from "../../../src/capture/sources/cloudevents.ts";
import { anEvent, aRequest } from "./a_request.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const STRUCTURED = "application/cloudevents+json; charset=utf-8";
const BATCH = "application/cloudevents-batch+json";
const event = (more: object = {}) => ({
  specversion: "1.0",
  id: "1",
  source: "/forms",
  type: "lead",
  ...more,
});
const structured = (more: object) => anEvent(JSON.stringify(event(more)), STRUCTURED);
const CE = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/forms", "ce-type": "lead" };

test("a structured event is its data, and known by source and id", () => {
  const one = structured({ data: { email: "a@b.de" }, traceparent: TRACE });
  expect(cloudevents.read(one)).toEqual({ kind: "lead", document: { email: "a@b.de" } });
  expect(cloudevents.key?.(one)).toBe("/forms|1");
  expect(cloudevents.split?.(one)).toEqual([{ ...one, traceparent: TRACE }]);
});

test("a binary event is its body, its attributes stand in headers with escapes", () => {
  const headers = { ...CE, "ce-source": "/formul%C3%A1rio", "ce-traceparent": TRACE };
  const one = anEvent('{"email":"a@b.de"}', "application/json", headers);
  expect(cloudevents.read(one)).toEqual({ kind: "lead", document: { email: "a@b.de" } });
  expect(cloudevents.key?.(one)).toBe("/formulário|1");
  expect(cloudevents.split?.(one)).toEqual([{ ...one, traceparent: TRACE }]);
  const broken = anEvent("{}", "application/json", { ...CE, "ce-id": "%" });
  expect(cloudevents.key?.(broken)).toBe("/forms|%");
  expect(cloudevents.read(anEvent("a=1", "application/x-www-form-urlencoded", CE))).toEqual({
    kind: "lead",
    document: { a: "1" },
  });
});

test("a batch is an event each, byte for byte, each with its own trace", () => {
  const first = '{"specversion":"1.0", "id":"1","source":"/s","type":"t","data":{"id":9007199254740993}}';
  const second = JSON.stringify(event({ id: "2", traceparent: TRACE }));
  const events = cloudevents.split?.(anEvent(` [${first} ,\n${second}] `, BATCH)) ?? [];
  expect(events.map(({ body }) => body.toString())).toEqual([first, second]);
  expect(events.map(({ traceparent }) => traceparent)).toEqual([undefined, TRACE]);
  expect(events.map((one) => cloudevents.key?.(one))).toEqual(["/s|1", "/forms|2"]);
  const [one] = events;
  expect(one && cloudevents.read(one)).toEqual({ kind: "lead", document: { id: "9007199254740993" } });
  expect(cloudevents.split?.(anEvent("[]", BATCH))).toEqual([]);
});

test("what cannot be taken apart is kept whole, and unreadable", () => {
  for (const body of ["", "{}", "[{]", '"x"']) {
    const whole = anEvent(body, BATCH);
    expect(cloudevents.split?.(whole), body).toBeUndefined();
    expect(cloudevents.read(whole).kind, body).toBe("unreadable");
  }
});

test("data may be packed in base64, and may be missing", () => {
  const packed = Buffer.from('{"email":"a@b.de"}').toString("base64");
  expect(cloudevents.read(structured({ data_base64: packed, datacontenttype: "application/json" }))).toEqual({
    kind: "lead",
    document: { email: "a@b.de" },
  });
  expect(cloudevents.read(structured({ data_base64: "????" })).kind).toBe("unreadable");
  expect(cloudevents.read(structured({})).kind).toBe("ignored");
});

test("attributes that every event must have are missed by name", () => {
  expect(cloudevents.read(anEvent('{"id":"1","data":{}}', STRUCTURED))).toMatchObject({
    kind: "unreadable",
    violations: [
      { kind: "missing", path: "/specversion" },
      { kind: "missing", path: "/source" },
      { kind: "missing", path: "/type" },
    ],
  });
  expect(cloudevents.key?.(anEvent('{"id":"1"}', STRUCTURED))).toBeUndefined();
  expect(cloudevents.read(anEvent('{"email":"a@b.de"}')).kind).toBe("unreadable");
});

test("a sender is answered 202", () => {
  expect(cloudevents.reply?.(aRequest("{}"), () => undefined)).toEqual({ status: 202, body: "" });
});
