import { expect, test } from "vitest";
import { meta } from "../../../src/capture/sources/meta.ts";
import type { Event } from "../../../src/capture/sources/source.ts";
import { at } from "../../../src/capture/told.ts";
import { fakeVendor, type Told, vendorAt } from "../fake_vendor.ts";
import { asKept, HAS_SAMPLES, jsonEvent, sampleAnswers, sampleRequest, tampered } from "../sample.ts";

const lead = (id: string) => ({ field: "leadgen", value: { leadgen_id: id, form_id: "9" } });
const one = jsonEvent({ object: "page", entry: [{ id: "1", time: 2, changes: [lead("7")] }] });

test.skipIf(!HAS_SAMPLES)("the samples are signed, whatever the bytes, and a changed one is not", () => {
  for (const name of ["leadgen-webhook", "leadgen-webhook-batched", "leadgen-webhook-escaped-unicode"]) {
    const { request, secrets } = sampleRequest(meta, `meta/${name}`);
    expect(meta.verify?.(request, secrets)).toBe("right");
    expect(meta.verify?.(tampered(request), secrets)).toBe("wrong");
    expect(meta.verify?.(request, () => undefined)).toBe("no secret");
  }
});

test.skipIf(!HAS_SAMPLES)("a batch falls into its leads, and what is no lead is left out", () => {
  const { event } = sampleRequest(meta, "meta/leadgen-webhook-batched");
  const parts = meta.split?.(event) ?? [];
  expect(parts.map((part) => meta.key?.(part))).toEqual([
    "1459076748710714",
    "1459076748710715",
    "1459076748710716",
  ]);
  expect(parts.map((part) => meta.read(part).kind)).toEqual(["thin", "thin", "thin"]);
  expect(parts.map((part) => meta.formOf?.(part))).toEqual([
    "1616801872291121",
    "1616801872291122",
    "1616801872299999",
  ]);
});

test("a part falls into itself", () => {
  const [part] = meta.split?.(one) ?? [];
  expect(part).toEqual(one);
});

test("a lead without its id is quarantined, in a batch and alone", () => {
  const nameless = [
    { field: "leadgen", value: { form_id: "9" } },
    { field: "leadgen", value: { leadgen_id: "" } },
  ];
  const parts = meta.split?.(jsonEvent({ entry: [{ id: "1", changes: [...nameless, lead("7")] }] })) ?? [];
  expect(parts.map((part) => meta.key?.(part))).toEqual([undefined, undefined, "7"]);
  expect(parts.map((part) => meta.read(part).kind)).toEqual(["unreadable", "unreadable", "thin"]);
  expect(meta.read(jsonEvent({ entry: [{ changes: nameless }] }))).toEqual({
    kind: "unreadable",
    violations: [{ kind: "missing", path: "/entry/0/changes/0/value/leadgen_id", message: "must be there" }],
  });
});

test("changes without a value, foreign fields and foreign bodies are no lead", () => {
  const changes = [
    { field: "leadgen" },
    { field: "leadgen", value: null },
    { field: "feed", value: { leadgen_id: "1" } },
    null,
  ];
  expect(meta.split?.(jsonEvent({ entry: [{ changes }, null, { changes: "none" }] }))).toEqual([]);
  expect(meta.split?.(jsonEvent([1]))).toBeUndefined();
  expect(meta.read(jsonEvent([1])).kind).toBe("unreadable");
  expect(meta.read(jsonEvent({ entry: [] }))).toMatchObject({ kind: "ignored" });
});

test.skipIf(!HAS_SAMPLES)(
  "the address is proved with the token, and the challenge comes back as it is",
  () => {
    const { request } = sampleRequest(meta, "meta/verification");
    const secrets = (name?: string) => (name === "verify-token" ? "meta-test-verify-token" : undefined);
    expect(meta.handshake?.(request, secrets)).toMatchObject({ status: 200, body: "1158201444" });
    expect(meta.handshake?.(request, () => "another")).toEqual({
      status: 403,
      headers: { "content-type": "text/plain" },
      body: "",
    });
    expect(meta.handshake?.(request, () => undefined)?.status).toBe(403);
    expect(meta.handshake?.({ ...request, target: "/hooks/meta" }, secrets)).toBeUndefined();
    expect(meta.handshake?.({ ...request, method: "POST" }, secrets)).toBeUndefined();
  },
);

test.skipIf(!HAS_SAMPLES)("a lead is asked for by its id, and its answers become a document", async () => {
  const { event } = sampleRequest(meta, "meta/leadgen-webhook");
  const { body } = sampleAnswers("meta/lead-retrieve.response");
  const vendor = await fakeVendor({ body });
  const fetched = await meta.fetch?.(event, vendorAt(vendor));
  expect(vendor.asked[0]?.url).toMatch(/^\/1459076748710713\?fields=id,created_time,.*field_data/);
  expect(vendor.asked[0]?.headers.authorization).toBe("Bearer token");
  expect(fetched?.outcome).toBe("fetched");
  expect(meta.readFetched?.(event, asKept(at(fetched, "answer")))).toEqual({
    kind: "lead",
    isTest: false,
    document: {
      external_id: "1459076748710713",
      occurred_at: "2025-11-21T08:00:41+00:00",
      form_id: "1616801872291121",
      page_id: "1045678901234567",
      ad_id: "120210000000000002",
      adset_id: "120210000000000003",
      campaign: "120210000000000004",
      channel: "fb",
      is_organic: false,
      consents: { optional_1: true, optional_2: false },
      first_name: "Joe",
      last_name: "Example",
      email: "joe@example.com",
      phone: "+14155550123",
      city: "Oakland",
      answers: {
        full_name: "Joe Example",
        email: "joe@example.com",
        phone_number: "+14155550123",
        city: "Oakland",
        "what_is_your_budget?": ["10k_to_25k", "25k_to_50k"],
      },
    },
  });
});

test("numbers beyond 2^53 and U+0000 in an answer survive the database", async () => {
  const body = '{"id":9007199254740993,"field_data":[{"name":"email","values":["a\\u0000b \\\\u0000"]}]}';
  const fetched = await meta.fetch?.(one, vendorAt(await fakeVendor({ body })));
  expect(meta.readFetched?.(one, asKept(at(fetched, "answer")))).toMatchObject({
    document: { external_id: "9007199254740993", email: "a\ufffdb \\u0000" },
  });
});

test("a name of three words stays whole, and the vendor's test lead is a test", () => {
  const field_data = [
    { name: "full_name", values: ["Ana Maria Silva"] },
    { name: "email", values: ["<test lead: dummy data for email>"] },
  ];
  expect(meta.readFetched?.(one, { field_data })).toMatchObject({
    isTest: true,
    document: { external_id: "7", full_name: "Ana Maria Silva" },
  });
});

const failure = (code: number, more: object = {}, status = 400) => ({
  status,
  body: { error: { code, ...more } },
});

test.each<[string, Told, object]>([
  ["an expired token", failure(190), { outcome: "later", reason: expect.stringContaining("expired") }],
  [
    "the app's limit",
    failure(4, { is_transient: true }),
    { outcome: "later", reason: expect.stringContaining("4") },
  ],
  ["the page's limit", failure(32), { outcome: "later", reason: expect.any(String) }],
  [
    "a passing failure of an unknown code",
    failure(77, { is_transient: true }),
    { outcome: "later", reason: expect.any(String) },
  ],
  [
    "a lead that is gone",
    failure(100, { error_subcode: 33 }),
    { outcome: "never", reason: expect.any(String) },
  ],
  ["another bad parameter", failure(100), { outcome: "later", reason: "the vendor refused with code 100" }],
  [
    "an outage",
    { status: 503, headers: { "retry-after": "120" }, body: "<html>" },
    { outcome: "later", reason: expect.stringContaining("503"), afterSeconds: 120 },
  ],
  [
    "a page instead of JSON",
    { body: "<html>" },
    { outcome: "later", reason: expect.stringContaining("no JSON object") },
  ],
  [
    "a redirect, which would get the token",
    { status: 302, headers: { location: "http://127.0.0.1:1/" } },
    { outcome: "later", reason: expect.stringContaining("302") },
  ],
  ["silence", "hangs", { outcome: "later", reason: expect.stringContaining("in time") }],
  ["a broken connection", "breaks off", { outcome: "later", reason: expect.stringContaining("reached") }],
])("%s", async (_what, told, outcome) => {
  expect(await meta.fetch?.(one, vendorAt(await fakeVendor(told)))).toEqual(outcome);
});

test.skipIf(!HAS_SAMPLES)("the vendor's own samples of errors", async () => {
  const samples = sampleAnswers("meta/lead-retrieve-errors.responses");
  const outcomes = [];
  for (const name of ["tokenExpired", "rateLimited", "notFound"]) {
    const told = { status: Number(at(samples, name, "status")), body: at(samples, name, "body") };
    outcomes.push((await meta.fetch?.(one, vendorAt(await fakeVendor(told))))?.outcome);
  }
  expect(outcomes).toEqual(["later", "later", "never"]);
});

test("without a token nobody is asked", async () => {
  const vendor = await fakeVendor({});
  expect(await meta.fetch?.(one, vendorAt(vendor, {}))).toMatchObject({ outcome: "later" });
  expect(vendor.asked).toEqual([]);
});

test("a list goes over all pages, and its events have the webhook's keys", async () => {
  const next = { cursors: { after: "A" }, next: "https://elsewhere.example/?access_token=secret" };
  const vendor = await fakeVendor(
    { body: { data: [{ id: "7", created_time: "x" }, { id: "8" }], paging: next } },
    { body: { data: [{ id: "9" }], paging: { cursors: { after: "B" } } } },
  );
  const listed: Event[] = [];
  for await (const event of meta.list?.(vendorAt(vendor), ["5/6"], new Date(1_763_712_041_000)) ?? [])
    listed.push(event);
  expect(listed.map((event) => meta.key?.(event))).toEqual(["7", "8", "9"]);
  expect(listed.map((event) => meta.read(event).kind)).toEqual(["thin", "thin", "thin"]);
  expect(meta.formOf?.(listed[0] ?? one)).toBe("5/6");
  expect(vendor.asked.map(({ url }) => url.slice(0, 13))).toEqual(["/5%2F6/leads?", "/5%2F6/leads?"]);
  expect(vendor.asked[0]?.url).toContain("1763712041");
  expect(vendor.asked[1]?.url).toContain("after=A");
});

test("a list that is refused says why", async () => {
  const vendor = await fakeVendor(failure(190));
  await expect(meta.list?.(vendorAt(vendor), ["1"], new Date()).next()).rejects.toThrow(/expired/);
});
