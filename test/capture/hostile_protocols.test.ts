import { gzipSync } from "node:zlib";
import { expect, onTestFinished } from "vitest";
import { SOURCES } from "../../src/capture/sources/registry.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { connect } from "../support/connections.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { allValues, oneValue } from "../support/rows.ts";
import { countCaptures, openServer } from "./open_server.ts";
import { PROOFS, PUBLIC_URL, SECRET, secretOf, TIMED } from "./prove.ts";

const NOW = 1_763_712_045;
const PROTOCOLS = Object.keys(SOURCES);

const BODIES: Record<string, Buffer | string> = {
  nothing: "",
  "not JSON": "name=Ana&mail=ana@example.de",
  "only brackets": "[[[[",
  null: "null",
  "a number": "1",
  "an empty list": "[]",
  "an empty object": "{}",
  "a list of what no event is": '[null,1,"x",[],{}]',
  truncated: '{"event":"x","data":{"id":"1","email":"a@',
  doubled: '{"id":"1","email":"a@b.de"}{"id":"1","email":"a@b.de"}',
  __proto__: '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}},"data":{"__proto__":null}}',
  "duplicate keys": '{"id":1,"id":{"a":1},"messageId":"a","messageId":["b"]}',
  "a number beyond all numbers": '{"id":1e400,"objectId":-1e400,"occurredAt":1e400,"create_time":1e400}',
  "a lone surrogate": '{"id":"\\ud800","event_id":"\\udfff","messageId":"\\ud800"}',
  "a lone surrogate in bytes": Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  "a NUL": '{"id":"\\u0000","event_id":"a\\u0000b","messageId":"\\u0000","batch":[{"messageId":"\\u0000"}]}',
  "70 levels deep": `${'{"data":'.repeat(70)}1${"}".repeat(70)}`,
  "30,000 levels deep": "[".repeat(30_000),
  "what lists should be":
    '{"entry":{},"batch":"x","changes":1,"answers":7,"user_column_data":"x","form_response":[]}',
  "what objects should be":
    '{"entry":[null,{"changes":[null,{"field":"leadgen","value":"x"}]}],"batch":[null,1,"x",[]],"data":1,"meta":"x","traits":7,"type":{}}',
};

const TYPES = [
  "application/json",
  "application/json; charset=klingon",
  "text/xml",
  "application/x-www-form-urlencoded",
  "application/x-ndjson",
  "multipart/form-data",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
];

test("whatever a proven sender sends is kept byte for byte, or refused with a reason, and never stops the rest", async ({
  database,
}) => {
  const server = await serve(database);
  const root = await connect(database.urls.superuser);
  for (const protocol of PROTOCOLS) {
    for (const [what, text] of Object.entries(BODIES)) {
      const body = protocol === "google-ads" ? withKey(Buffer.from(text)) : Buffer.from(text);
      const answers = await Promise.all(
        TYPES.map((type) => post(server.url, protocol, body, { "content-type": type })),
      );
      const isKept = answers.every(({ status }) => [200, 202, 204, 302].includes(status));
      // Google's proof stands in the body: in one that cannot be read, nobody finds it.
      const isUnproven = protocol === "google-ads" && answers.every(({ status }) => status === 401);
      expect(isKept || isUnproven, `${protocol}: ${what}`).toBe(true);
      if (isKept) expect(await isStored(root, protocol, body), `${protocol}: ${what}`).toBe(true);
    }
  }
  expect(server.logged()).not.toMatch(/failed/i);

  const pool = makePool(database.urls.worker, { max: 3, applicationName: "test" });
  onTestFinished(() => pool.end());
  const told: string[] = [];
  await makeDrain({ pool, log: (line) => told.push(line) }).run();
  expect(told).toEqual([]);
  const statuses =
    "select distinct status as value from app_public.captures where fetch_due_at is null order by 1";
  expect(await allValues(root, statuses)).toEqual(["processed", "quarantined"]);
});

test("without a proof, or with another's, nobody gets in, and only a counter knows", async ({ database }) => {
  const server = await serve(database);
  const before = await countCaptures(database);
  const body = Buffer.from('{"id":"1","google_key":"other"}');
  for (const protocol of [...Object.keys(PROOFS), "google-ads"]) {
    const other = PROOFS[protocol]?.(Buffer.from('{"id":"2"}'), NOW);
    for (const headers of [{}, isAboutTheBody(protocol) ? other : { authorization: "Basic b3RoZXI6" }]) {
      const { status, text } = await send(server.url, protocol, body, headers);
      expect([protocol, status, JSON.parse(text).type]).toEqual([
        protocol,
        401,
        "urn:catchment:problem:bad-signature",
      ]);
    }
  }
  for (const protocol of TIMED) {
    for (const at of [NOW - 301, NOW + 301]) {
      const { status, text } = await send(server.url, protocol, body, PROOFS[protocol]?.(body, at));
      expect([protocol, status, JSON.parse(text).type]).toEqual([
        protocol,
        401,
        "urn:catchment:problem:stale-signature",
      ]);
    }
  }
  expect(await countCaptures(database)).toBe(before);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('catchment_captures_total{path="meta",result="bad-signature"} 2');
  expect(metrics).toContain('catchment_captures_total{path="tiktok",result="stale-signature"} 2');
});

test("a bomb, a wrong method and a wrong encoding are refused by every door", async ({ database }) => {
  const server = await serve(database);
  const before = await countCaptures(database);
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  for (const protocol of PROTOCOLS) {
    const refused = [
      await post(server.url, protocol, bomb, { "content-encoding": "gzip" }),
      await post(server.url, protocol, Buffer.from("{}"), { "content-encoding": "gzip" }),
      await post(server.url, protocol, Buffer.from("{}"), { "content-encoding": "br" }),
      await fetch(`${server.url}/capture/${pathOf(protocol)}`, { method: "PUT", body: "{}" }),
      await fetch(`${server.url}/capture/${pathOf(protocol)}?hub.mode=subscribe&hub.challenge=1&x=%00`),
    ];
    const last = SOURCES[protocol]?.handshake === undefined ? 405 : protocol === "meta" ? 403 : 400;
    expect([protocol, ...refused.map(({ status }) => status)]).toEqual([protocol, 413, 400, 415, 405, last]);
  }
  expect(await countCaptures(database)).toBe(before);
});

test("a proof covers the bytes as they were sent; what is kept is what they unpack to", async ({
  database,
}) => {
  const server = await serve(database);
  const body = gzipSync('{"email":"zipped@example.de"}');
  const { status } = await post(server.url, "standard-webhooks", body, { "content-encoding": "gzip" });
  expect(status).toBe(200);
  const root = await connect(database.urls.superuser);
  expect(await isStored(root, "standard-webhooks", Buffer.from('{"email":"zipped@example.de"}'))).toBe(true);
});

test("a path whose secret is not set takes nothing, and does not say why", async ({ database }) => {
  const server = await serve(database, () => undefined);
  for (const [protocol, prove] of Object.entries(PROOFS)) {
    const { status, text } = await send(
      server.url,
      protocol,
      Buffer.from("{}"),
      prove(Buffer.from("{}"), NOW),
    );
    expect([protocol, status]).toEqual([protocol, 503]);
    expect(text).not.toContain("secret");
  }
});

function serve(database: TestDatabase, pathSecret: (slug: string) => string | undefined = secretOf) {
  return openServer(database, {
    pathSecret,
    publicUrl: (slug) => `${PUBLIC_URL}/${slug}`,
    now: () => NOW * 1_000,
  });
}

function post(url: string, protocol: string, body: Buffer, headers: Record<string, string>) {
  return send(url, protocol, body, { ...PROOFS[protocol]?.(body, NOW), ...headers });
}

async function send(url: string, protocol: string, body: Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/capture/${pathOf(protocol)}`, {
    method: "POST",
    body: new Uint8Array(body),
    headers,
    redirect: "manual",
  });
  return { status: response.status, text: await response.text() };
}

function withKey(body: Buffer): Buffer {
  return body[0] === 0x7b && body.length > 2
    ? Buffer.concat([Buffer.from(`{"google_key":"${SECRET}",`), body.subarray(1)])
    : body;
}

function pathOf(protocol: string): string {
  return protocol === "json" ? "web-form" : protocol;
}

function isAboutTheBody(protocol: string): boolean {
  return protocol !== "pipedrive" && protocol !== "segment";
}

function isStored(root: Parameters<typeof oneValue>[0], protocol: string, body: Buffer): Promise<boolean> {
  return oneValue(
    root,
    `select exists (select from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
                     where capture_paths.slug = $1 and captures.body = $2) as value`,
    [pathOf(protocol), body],
  );
}
