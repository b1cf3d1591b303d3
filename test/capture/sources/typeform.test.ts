import { expect, test } from "vitest";
import { typeform } from "../../../src/capture/sources/typeform.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

const NAME = "typeform/form-response";

test.skipIf(!HAS_SAMPLES)("the sample is signed in base64", () => {
  const { request, secrets } = sampleRequest(typeform, NAME);
  expect(typeform.verify?.(request, secrets)).toBe("right");
  expect(typeform.verify?.(tampered(request), secrets)).toBe("wrong");
  const bare = String(request.headers["typeform-signature"]).slice("sha256=".length);
  expect(typeform.verify?.({ ...request, headers: { "typeform-signature": bare } }, secrets)).toBe("wrong");
});

test.skipIf(!HAS_SAMPLES)("answers stand under the refs of their fields", () => {
  const { event } = sampleRequest(typeform, NAME);
  expect(typeform.key?.(event)).toBe("a3a12ec67a1365927098a606107fac15");
  expect(typeform.read(event)).toEqual({
    kind: "lead",
    document: {
      external_id: "a3a12ec67a1365927098a606107fac15",
      occurred_at: "2025-11-21T08:00:41Z",
      form_id: "lT4Z3j",
      form_title: "Request a demo",
      first_name: "Laura",
      last_name: "Example",
      email: "laura@example.com",
      phone: "+34600000000",
      channel: "newsletter",
      click_id: "xyz",
      hidden: { utm_source: "newsletter", gclid: "xyz" },
      calculated: { score: 9 },
      variables: { score: 9 },
      answers: {
        name: "Laura Example",
        email: "laura@example.com",
        phone: "+34600000000",
        product: ["Alpha", "Beta"],
        consent: "true",
      },
    },
  });
});

const answer = (ref: string, type: string, value: unknown) => ({ type, [type]: value, field: { ref, type } });
const response = (form_response: object) => jsonEvent({ event_type: "form_response", form_response });

test("every type of answer has its text", () => {
  const answers = [
    answer("choice", "choice", { label: "Alpha" }),
    answer("other", "choice", { other: "Gamma" }),
    answer("many", "choices", { labels: ["Alpha"], other: "Gamma" }),
    answer("none", "choices", { labels: [] }),
    answer("number", "number", 42),
    answer("date", "date", "2025-11-21"),
    answer("url", "url", "https://example.com"),
    answer("file", "file_url", "https://example.com/f"),
    answer("money", "payment", { amount: "10.00", last4: "1234" }),
    answer("no", "boolean", false),
    { type: "unheard_of" },
    null,
  ];
  expect(typeform.read(response({ answers }))).toMatchObject({
    document: {
      answers: {
        choice: "Alpha",
        other: "Gamma",
        many: ["Alpha", "Gamma"],
        number: "42",
        date: "2025-11-21",
        url: "https://example.com",
        file: "https://example.com/f",
        money: "10.00",
        no: "false",
      },
    },
  });
});

test("refs and hidden fields with our names are fields; what the person typed goes before what the page knew", () => {
  const event = response({
    hidden: { email: "page@example.com", company: "Page Co", utm_campaign: "spring", secret: "x" },
    answers: [
      answer("company", "text", "Typed Co"),
      answer("anything", "email", "typed@example.com"),
      answer("first_name", "text", "Ana"),
    ],
  });
  expect(typeform.read(event)).toMatchObject({
    document: { email: "typed@example.com", company: "Typed Co", campaign: "spring", first_name: "Ana" },
  });
});

test("partial responses are recorded, foreign bodies refused", () => {
  expect(typeform.read(jsonEvent({ event_type: "form_response_partial" })).kind).toBe("ignored");
  expect(typeform.read(jsonEvent([])).kind).toBe("unreadable");
  expect(typeform.read(response({ answers: "none", hidden: [] }))).toMatchObject({
    kind: "lead",
    document: { answers: {} },
  });
});

test("an unfinished response does not stand in the way of the finished one", () => {
  const keyOf = (event_type: string) =>
    typeform.key?.(jsonEvent({ event_type, form_response: { token: "t" } }));
  expect(keyOf("form_response")).toBe("t");
  expect(keyOf("form_response_partial")).toBe("form_response_partial:t");
  expect(typeform.key?.(jsonEvent({ event_type: "form_response" }))).toBeUndefined();
});
