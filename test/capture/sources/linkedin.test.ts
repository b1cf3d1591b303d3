import { expect, test } from "vitest";
import { linkedin } from "../../../src/capture/sources/linkedin.ts";
import type { Event } from "../../../src/capture/sources/source.ts";
import { at } from "../../../src/capture/told.ts";
import { fakeVendor, type Told, vendorAt } from "../fake_vendor.ts";
import { asKept, HAS_SAMPLES, jsonEvent, sampleAnswers, sampleRequest, tampered } from "../sample.ts";

const ID = "f39d1a7e-8f5b-4d1b-8b0f-4f3f4d1f8a11-1";
const told = {
  type: "LEAD_ACTION",
  leadGenFormResponse: `urn:li:leadGenFormResponse:${ID}`,
  leadAction: "CREATED",
};
const created = jsonEvent(told);

test.skipIf(!HAS_SAMPLES)("the samples are signed over a literal and the body", () => {
  for (const name of ["lead-notification", "lead-notification-deleted"]) {
    const { request, secrets } = sampleRequest(linkedin, `linkedin/${name}`);
    expect(linkedin.verify?.(request, secrets)).toBe("right");
    expect(linkedin.verify?.(tampered(request), secrets)).toBe("wrong");
  }
});

test.skipIf(!HAS_SAMPLES)("creation and deletion of a lead are two events", () => {
  const { event } = sampleRequest(linkedin, "linkedin/lead-notification");
  const deleted = sampleRequest(linkedin, "linkedin/lead-notification-deleted").event;
  expect(linkedin.read(event)).toEqual({ kind: "thin" });
  expect(linkedin.read(deleted)).toEqual({
    kind: "privacy",
    request: "erasure",
    subject: { externalId: ID },
  });
  expect([linkedin.key?.(event), linkedin.key?.(deleted)]).toEqual([
    `urn:li:leadGenFormResponse:${ID}:CREATED`,
    `urn:li:leadGenFormResponse:${ID}:DELETED`,
  ]);
  expect(linkedin.formOf?.(event)).toBe("urn:li:sponsoredAccount:518121035");
});

test("other actions and other bodies are recorded and nothing more", () => {
  expect(linkedin.read(jsonEvent({ ...told, leadAction: "VIEWED" })).kind).toBe("ignored");
  expect(linkedin.read(jsonEvent({ ...told, type: "ORGANIZATION_SOCIAL_ACTION" })).kind).toBe("ignored");
  expect(linkedin.read(jsonEvent({})).kind).toBe("ignored");
  expect(linkedin.read(jsonEvent("text")).kind).toBe("unreadable");
});

test.skipIf(!HAS_SAMPLES)("the challenge is answered with its keyed hash", () => {
  const { request, secrets } = sampleRequest(linkedin, "linkedin/validation");
  const reply = linkedin.handshake?.(request, secrets);
  expect(reply?.headers).toEqual({ "content-type": "application/json" });
  expect(JSON.parse(reply?.body ?? "")).toEqual({
    challengeCode: "890e4665-4dfe-4ab1-b689-ed553bceeed0",
    challengeResponse: "af1e6bba74c4504b06262fdf4d066b0e34b3bdbe38e24e198f3fe1efca8a96d4",
  });
  expect(linkedin.handshake?.(request, () => undefined)?.status).toBe(403);
  expect(linkedin.handshake?.({ ...request, target: "/" }, secrets)).toBeUndefined();
});

test.skipIf(!HAS_SAMPLES)("response and form together make the document", async () => {
  const vendor = await fakeVendor(
    { body: sampleAnswers("linkedin/lead-form-response.response").body },
    { body: sampleAnswers("linkedin/lead-form.response").body },
  );
  const fetched = await linkedin.fetch?.(created, vendorAt(vendor));
  expect(vendor.asked.map(({ url }) => url)).toEqual([
    `/rest/leadFormResponses/${ID}`,
    "/rest/leadForms/3162",
  ]);
  expect(vendor.asked[1]?.headers).toMatchObject({
    authorization: "Bearer token",
    "linkedin-version": expect.stringMatching(/^20\d{4}$/),
    "x-restli-protocol-version": "2.0.0",
  });
  expect(linkedin.readFetched?.(created, asKept(at(fetched, "answer")))).toEqual({
    kind: "lead",
    isTest: false,
    document: {
      external_id: ID,
      occurred_at: "2025-11-21T08:00:41.000Z",
      form_id: "3162",
      form_name: "Demo form",
      campaign: "602200000",
      creative_id: "188555555",
      lead_type: "SPONSORED",
      consents: { "4455": true },
      first_name: "Ada",
      last_name: "Lovelace",
      email: "ada@example.com",
      answers: {
        "First name": "Ada",
        "Last name": "Lovelace",
        Email: "ada@example.com",
        "Company size": "11-50",
      },
    },
  });
});

test("a form that is gone leaves the answers under their numbers", async () => {
  const answers = [{ questionId: 3, answerDetails: { textQuestionAnswer: { answer: "ada@example.com" } } }];
  const body = {
    id: ID,
    versionedLeadGenFormUrn: "urn:li:x:(urn:li:leadGenForm:3162,1)",
    testLead: true,
    formResponse: { answers },
  };
  const fetched = await linkedin.fetch?.(created, vendorAt(await fakeVendor({ body }, { status: 404 })));
  expect(linkedin.readFetched?.(created, at(fetched, "answer"))).toMatchObject({
    isTest: true,
    document: { external_id: ID, form_id: "3162", answers: { "3": "ada@example.com" } },
  });
});

test("an answer under another id is known by the one that was told, as its deletion will name it", () => {
  const deleted = linkedin.read(jsonEvent({ ...told, leadAction: "DELETED", type: "LEAD_ACTION" }));
  const document = at(
    linkedin.readFetched?.(created, { response: { id: "another" }, form: null }),
    "document",
  );
  expect(at(deleted, "subject", "externalId")).toBe(at(document, "external_id"));
});

test.each<[string, Told[], object]>([
  ["a response that is gone", [{ status: 404 }], { outcome: "never", reason: expect.any(String) }],
  ["a refused token", [{ status: 401 }], { outcome: "later", reason: expect.stringContaining("401") }],
  [
    "a limit without a time",
    [{ status: 429 }],
    { outcome: "later", reason: expect.stringContaining("limit") },
  ],
  [
    "a limit with a date",
    [{ status: 429, headers: { "retry-after": new Date(Date.now() + 60_000).toUTCString() } }],
    { outcome: "later", reason: expect.any(String), afterSeconds: expect.any(Number) },
  ],
  [
    "an outage at the form",
    [{ body: { versionedLeadGenFormUrn: "urn:li:leadGenForm:1" } }, { status: 500 }],
    { outcome: "later", reason: expect.any(String) },
  ],
  ["silence", ["hangs"], { outcome: "later", reason: expect.any(String) }],
])("%s", async (_what, answers, outcome) => {
  expect(await linkedin.fetch?.(created, vendorAt(await fakeVendor(...answers)))).toEqual(outcome);
});

test("another month of the API can be asked for", async () => {
  const vendor = await fakeVendor({ status: 404 });
  await linkedin.fetch?.(created, vendorAt(vendor, { "access-token": "t", version: "202701" }));
  expect(vendor.asked[0]?.headers["linkedin-version"]).toBe("202701");
});

test("a list goes over all pages, and its events have the webhook's keys", async () => {
  const page = (count: number, from: number) => ({
    body: { elements: Array.from({ length: count }, (_, n) => ({ id: `r${from + n}` })) },
  });
  const vendor = await fakeVendor(page(100, 0), page(1, 100));
  const listed: Event[] = [];
  for await (const event of linkedin.list?.(vendorAt(vendor), ["518121035"], new Date(1)) ?? [])
    listed.push(event);
  expect(listed.length).toBe(101);
  expect(linkedin.key?.(listed[100] ?? created)).toBe("urn:li:leadGenFormResponse:r100:CREATED");
  expect(listed.every((event) => linkedin.read(event).kind === "thin")).toBe(true);
  expect(vendor.asked.map(({ url }) => /start=(\d+)&count/.exec(url)?.[1])).toEqual(["0", "100"]);
  expect(vendor.asked[0]?.url).toContain("owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A518121035)");
});
