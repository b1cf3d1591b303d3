import { expect, onTestFinished } from "vitest";
import { makeFetching, type WaitingCapture } from "../../src/capture/fetching.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";
import { fakeVendor } from "./fake_vendor.ts";
import { countCaptures, openServer } from "./open_server.ts";
import {
  clockOf,
  flippedProofs,
  INBOUND,
  type Payload,
  readAnswer,
  readPayload,
  secretOf,
} from "./payloads.ts";

/** What each sample becomes: a line a capture, as `told` writes it. */
const BECOMES: Record<string, string[]> = {
  "carriers/aftership-tracking-update": ["order recorded"],
  "carriers/easypost-tracker-updated": ["order recorded"],
  "cloudevents/batch": ["split", "part: lead accepted", "part: lead accepted"],
  "cloudevents/binary": ["lead accepted"],
  "cloudevents/structured": ["lead accepted"],
  "google-ads/lead-form-real": ["lead accepted"],
  "google-ads/lead-form-test": ["test lead accepted"],
  "hubspot/contact-webhook": ["split", "part: lead accepted", "part: ignored"],
  "linkedin/lead-notification": ["lead accepted"],
  "linkedin/lead-notification-deleted": ["privacy"],
  "linkedin/validation": [],
  "meta/leadgen-webhook": ["lead accepted"],
  "meta/leadgen-webhook-batched": [
    "split",
    "part: lead accepted",
    "part: lead accepted",
    "part: lead accepted",
  ],
  "meta/leadgen-webhook-escaped-unicode": ["lead accepted"],
  "meta/verification": [],
  "pipedrive/webhook-v2": ["ignored"],
  "salesforce/web-to-lead": ["lead accepted"],
  "segment/batch": ["split", "part: lead accepted", "part: lead accepted"],
  "segment/identify": ["lead accepted"],
  "segment/track": ["lead accepted"],
  "shopify/fulfillment-events-create": ["order recorded"],
  "shopify/fulfillments-update": ["order recorded"],
  "shopify/orders-cancelled": ["order recorded"],
  "shopify/orders-create": ["order recorded"],
  // {"test": …}: the library's own vector. It proves the signature and names nobody.
  "standard-webhooks/known-vector": ["quarantined"],
  "tiktok/lead-event.UNVERIFIED": ["lead accepted"],
  "typeform/form-response": ["lead accepted"],
  "woocommerce/order-updated": ["order recorded"],
  "woocommerce/ping": [],
};

/** Carry nothing by which a repetition could be known: a second click is a second touch. */
const WITHOUT_KEY = new Set(["salesforce/web-to-lead"]);

test("every sample is here, or none", ({ skip }) => {
  skip(INBOUND.length === 0, "The samples are not here (../shared/payloads).");
  expect(INBOUND).toEqual(Object.keys(BECOMES).sort());
});

test.for(INBOUND)("%s", async (name, { database }) => {
  const payload = readPayload(name);
  const server = await openServer(database, {
    pathSecret: secretOf(payload),
    publicUrl: (slug) => payload.signing.uri ?? `https://leads.example.com/hooks/${slug}`,
    now: () => clockOf(payload),
  });
  const before = await countCaptures(database);
  for (const headers of flippedProofs(payload)) {
    expect((await post(server.url, payload, headers)).status, "one bit is wrong").toBe(401);
  }
  expect(await countCaptures(database)).toBe(before);

  const response = await post(server.url, payload);
  expect(response.status).toBe(payload.expect.status);
  expect(response.headers.get("location") ?? undefined).toBe(payload.expect.location);
  const { contentType, body } = payload.expect;
  if (contentType !== undefined) expect(response.headers.get("content-type")).toBe(contentType);
  if (body !== undefined)
    expect(typeof body === "string" ? response.text : JSON.parse(response.text)).toEqual(body);

  await settle(database);
  expect(await told(database, before)).toEqual(BECOMES[name]);
  const after = await countCaptures(database);
  expect((await post(server.url, payload)).status).toBe(payload.expect.status);
  if (!WITHOUT_KEY.has(name)) expect(await countCaptures(database)).toBe(after);
  await forgetKeys(database);
});

test("ids beyond 2^53 keep every digit", async ({ database, skip }) => {
  skip(INBOUND.length === 0, "The samples are not here (../shared/payloads).");
  const payload = readPayload("google-ads/lead-form-real");
  const server = await openServer(database, { pathSecret: secretOf(payload) });
  await post(server.url, payload);
  await settle(database);
  const campaigns = await asRoot(
    database,
    "select distinct campaign from app_public.source_events where campaign like '9007%'",
  );
  expect(campaigns).toEqual([{ campaign: "9007199254740993" }]);
});

async function post(url: string, { slug, request }: Payload, headers = request.headers) {
  const query = new URLSearchParams(request.query).toString();
  const response = await fetch(`${url}/capture/${slug}${query === "" ? "" : `?${query}`}`, {
    method: request.method,
    headers,
    redirect: "manual",
    ...(request.rawBody === undefined ? {} : { body: request.rawBody }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Until nothing is left to do: judged, vendors asked, judged again. */
async function settle(database: TestDatabase): Promise<void> {
  const vendor = await fakeVendor(({ url }) => ({ body: vendorsAnswer(url) }));
  const pool = makePool(database.urls.worker, { max: 3, applicationName: "test" });
  onTestFinished(() => pool.end());
  const drain = makeDrain({ pool, log: () => {} });
  const fetching = makeFetching({ pathSecret: () => "token", vendorUrl: () => vendor.url, log: () => {} });
  await drain.run();
  const { rows } = await pool.query<WaitingCapture>("select * from app_private.claim_fetches(now(), 100)");
  await fetching.ask(rows, async (id, answer) => {
    await pool.query("select app_private.record_fetch($1, $2, now())", [id, JSON.stringify(answer)]);
  });
  await drain.run();
}

function vendorsAnswer(url: string): Record<string, unknown> {
  if (url.includes("/leadFormResponses/")) return readAnswer("linkedin/lead-form-response");
  if (url.includes("/leadForms/")) return readAnswer("linkedin/lead-form");
  if (url.includes("/contacts/"))
    return { id: "65059681032", properties: { email: "ada@example.com", firstname: "Ada" } };
  return { ...readAnswer("meta/lead-retrieve"), id: url.slice(1).split("?")[0] };
}

/** What has become of the captures behind the first so many. */
async function told(database: TestDatabase, before: number): Promise<string[]> {
  const rows = await asRoot(
    database,
    `select case when captures.part_of is not null then 'part: ' else '' end
            || case when captures.is_test then 'test ' else '' end
            || case when captures.status <> 'processed' then captures.status
                    when captures.kind = 'lead' and captures.lead_id is not null then 'lead accepted'
                    when captures.kind = 'lead' then captures.outcome
                    when captures.kind = 'order' then 'order ' || captures.outcome
                    else captures.kind end as told
       from app_public.captures order by captures.id offset $1`,
    [before],
  );
  return rows.map(({ told }) => String(told));
}

/** The samples of one folder repeat one another's events; each shall be seen as if it were the first. */
async function forgetKeys(database: TestDatabase): Promise<void> {
  await asRoot(database, "delete from app_private.capture_keys");
}

async function asRoot(
  database: TestDatabase,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  return withConnection(database.urls.superuser, (client) => allRows(client, text, values));
}
