import { expect, test } from "vitest";
import { segment } from "../../../src/capture/sources/segment.ts";
import { anEvent, aRequest } from "./a_request.ts";

const key = (name?: string) => (name === undefined ? "write-key" : undefined);
const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
});
const read = (call: object) => segment.read(anEvent(JSON.stringify(call)));

test("the write key proves the sender, as user name or in the body", () => {
  expect(segment.verify?.(aRequest("{}", basic("write-key:")), key)).toBe("right");
  expect(segment.verify?.(aRequest('{"writeKey":"write-key"}'), key)).toBe("right");
  expect(segment.verify?.(aRequest("{}", basic("write-key:x")), key)).toBe("wrong");
  expect(segment.verify?.(aRequest('{"writeKey":"other"}'), key)).toBe("wrong");
  expect(segment.verify?.(aRequest("{"), key)).toBe("wrong");
  expect(segment.verify?.(aRequest('{"writeKey":"write-key"}', basic("other:")), key)).toBe("wrong");
});

test("identify and track are leads when they tell how somebody is reached", () => {
  const context = {
    campaign: { name: "autumn", source: "newsletter", medium: "email", term: "crm", content: "blue" },
    page: { url: "https://www.example.com/demo", referrer: "https://www.example.com/" },
  };
  expect(
    read({
      type: "identify",
      userId: "97980cfea0067",
      messageId: "m1",
      traits: {
        name: "Ada Lovelace",
        email: "ada@example.com",
        company: { name: "Analytical Engines", employee_count: 42 },
        address: { street: "12 St James Sq", city: "London", postalCode: "SW1Y 4JH", country: "GB" },
      },
      context,
      timestamp: "2025-11-21T08:00:42.111Z",
    }),
  ).toMatchObject({
    kind: "lead",
    document: {
      first_name: "Ada",
      last_name: "Lovelace",
      email: "ada@example.com",
      company: "Analytical Engines",
      employees: "42",
      street: "12 St James Sq",
      city: "London",
      postal_code: "SW1Y 4JH",
      country: "GB",
      occurred_at: "2025-11-21T08:00:42.111Z",
      external_id: "97980cfea0067",
      channel: "newsletter",
      campaign: "autumn",
      medium: "email",
      term: "crm",
      content: "blue",
      landing_page: "https://www.example.com/demo",
      referrer: "https://www.example.com/",
      type: "identify",
      messageId: "m1",
    },
  });
  expect(
    read({
      type: "track",
      event: "Lead Submitted",
      anonymousId: "a1",
      properties: { phone: "+49 30 901820" },
    }),
  ).toMatchObject({
    kind: "lead",
    document: { phone: "+49 30 901820", external_id: "a1", event: "Lead Submitted" },
  });
});

test.each([
  [{ type: "page", properties: { email: "a@b.de" } }, "A call of type page names nobody."],
  [{ type: "group", groupId: "g" }, "A call of type group names nobody."],
  [{ type: "ana@example.de" }, "A call of type unknown names nobody."],
  [{}, "A call of type unknown names nobody."],
  [{ type: "track", event: "Clicked" }, "This track tells neither e-mail address nor telephone number."],
])("%j is recorded and ignored", (call, reason) => {
  expect(read(call)).toEqual({ kind: "ignored", reason });
});

test("a batch is an event each; a repetition is known by messageId", () => {
  const one = '{"type":"track","messageId":"m1","properties":{"id":9007199254740993}}';
  const events = segment.split?.(anEvent(`{"sentAt":"x","batch":[${one}, {"messageId":"m2"}]}`)) ?? [];
  expect(events.map(({ body }) => body.toString())).toEqual([one, '{"messageId":"m2"}']);
  expect(events.map((event) => segment.key?.(event))).toEqual(["m1", "m2"]);
  for (const body of [one, "", "{", '{"batch":{}}']) expect(segment.split?.(anEvent(body))).toBeUndefined();
  expect(segment.key?.(anEvent("{}"))).toBeUndefined();
});

test("what a batch says once counts for each event, beneath what the event says itself", () => {
  const events = [
    '{"type":"track","messageId":"m1","properties":{"email":"a@b.de","id":9007199254740993}}',
    '{"type":"track","properties":{"email":"a@b.de"},"context":{"campaign":{"name":"spring"},"n":null}}',
    '{"type":"track","properties":{"email":"a@b.de"},"context":null}',
    '{"context":7}',
    "7",
  ];
  const common = '"context":{"campaign":{"name":"autumn","source":"mail"},"n":9007199254740993}';
  const parts = segment.split?.(
    anEvent(`{${common},"integrations":{"All":true},"batch":[${events.join()}]}`),
  );
  expect(parts?.map(({ body }) => body.toString())).toEqual([
    `${events[0]?.slice(0, -1)},${common},"integrations":{"All":true}}`,
    `{"type":"track","properties":{"email":"a@b.de"},"context":{"campaign":{"name":"spring"},"n":null},"integrations":{"All":true}}`,
    `{"type":"track","properties":{"email":"a@b.de"},${common},"integrations":{"All":true}}`,
    '{"context":7,"integrations":{"All":true}}',
    "7",
  ]);
  const [first, second] = parts ?? [];
  expect(first && segment.key?.(first)).toBe("m1");
  expect(first && segment.read(first)).toMatchObject({ document: { campaign: "autumn", channel: "mail" } });
  const own = second && segment.read(second);
  expect(own).toMatchObject({ document: { campaign: "spring" } });
  expect(own).not.toMatchObject({ document: { channel: "mail" } });
  for (const odd of ["7", "null", "[1]", "{}"]) {
    const [part] = segment.split?.(anEvent(`{"context":${odd},"batch":[{"messageId":"m2"}]}`)) ?? [];
    expect(part?.body.toString()).toBe('{"messageId":"m2"}');
  }
});

test("what a batch says once does not grow without end", () => {
  const long = "x".repeat(100_000);
  const refused = (calls: number, context: object = { a: long }) =>
    segment.refuses?.(
      anEvent(
        `{"context":${JSON.stringify(context)},"batch":[${Array.from({ length: calls }, () => "{}").join()}]}`,
      ),
    )?.status;
  expect(refused(80)).toBeUndefined();
  expect(refused(90)).toBe(400);
  expect(refused(90, { [long]: 1 })).toBe(400);
});

test("Segment's own limits are kept, to the byte", () => {
  const call = (bytes: number) => `{"a":"${"x".repeat(bytes - 8)}"}`;
  const batch = (...calls: string[]) => `{"batch":[${calls.join()}]}`;
  const refused = (body: string) => segment.refuses?.(anEvent(body))?.status;
  expect(refused(call(32_768))).toBeUndefined();
  expect(refused(call(32_769))).toBe(400);
  expect(refused(batch("{}", call(32_768)))).toBeUndefined();
  expect(refused(batch("{}", call(32_769)))).toBe(400);
  expect(refused(batch(...Array.from({ length: 2_500 }, () => "{}")))).toBeUndefined();
  expect(refused(batch(...Array.from({ length: 2_501 }, () => "{}")))).toBe(400);
  expect(refused(batch(...Array.from({ length: 16 }, () => call(32_000))))).toBe(400);
  expect(refused("not JSON")).toBeUndefined();
});
