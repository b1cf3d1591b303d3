import { once } from "node:events";
import { request as ask, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { corsHeaders, preflight } from "../../src/capture/cors.ts";
import { test } from "../support/database.ts";
import { aDoor } from "./a_door.ts";
import { countCaptures, openServer, send } from "./open_server.ts";

const SITE = "https://www.acme.example";
const listed = aDoor({ corsOrigins: [SITE] });

test("a listed origin may read the answer, any other gets no word about it", () => {
  expect(corsHeaders(listed, SITE)).toMatchObject({ "access-control-allow-origin": SITE, vary: "Origin" });
  for (const other of [
    "https://evil.example",
    `${SITE}.evil.example`,
    "http://www.acme.example",
    "null",
    undefined,
  ]) {
    expect([other, corsHeaders(listed, other)]).toEqual([other, { vary: "Origin" }]);
  }
  expect(corsHeaders(aDoor(), SITE)).toEqual({});
});

test("an open path lets every page read", () => {
  const headers = corsHeaders(aDoor({ corsOrigins: ["*"] }), "https://anywhere.example");
  expect(headers["access-control-allow-origin"]).toBe("*");
  expect(headers).not.toHaveProperty("access-control-allow-credentials");
});

test("a preflight names what may be sent; a key only where one is demanded", () => {
  const asks = request({ origin: SITE, "access-control-request-method": "POST" });
  const answer = preflight(listed, asks);
  expect(answer).toMatchObject({ status: 204, headers: { "access-control-allow-methods": "POST" } });
  expect(answer?.headers?.["access-control-allow-headers"]).toContain("idempotency-key");
  expect(answer?.headers?.["access-control-allow-headers"]).not.toContain("authorization");
  const withKey = preflight(aDoor({ corsOrigins: [SITE], requiresKey: true }), asks);
  expect(withKey?.headers?.["access-control-allow-headers"]).toContain("authorization");
});

test("a preflight of another origin is answered without leave, a bare OPTIONS is none", () => {
  const foreign = request({ origin: "https://evil.example", "access-control-request-method": "POST" });
  expect(preflight(listed, foreign)).toEqual({ status: 204, headers: { vary: "Origin" }, body: "" });
  expect(preflight(listed, request({}))).toBeUndefined();
});

test("through the server: preflight, answer and refusal all carry it, and a foreign page's lead is kept", async ({
  database,
}) => {
  const server = await openServer(database);
  const url = `${server.url}/capture/web-form`;
  const asked = await fetch(url, {
    method: "OPTIONS",
    headers: { origin: SITE, "access-control-request-method": "POST" },
  });
  expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, SITE]);
  const before = await countCaptures(database);
  const taken = await send(server, "{}", { headers: { origin: SITE } });
  const refused = await send(server, "{}", { headers: { origin: SITE, authorization: "Bearer ck_x" } });
  const tooLarge = await send(server, Buffer.alloc(262_145), { headers: { origin: SITE } });
  expect([taken, refused, tooLarge].map(({ status }) => status)).toEqual([200, 401, 413]);
  for (const { headers } of [taken, refused, tooLarge]) {
    expect(headers.get("access-control-allow-origin")).toBe(SITE);
  }
  const foreign = await send(server, "{}", { headers: { origin: "https://evil.example" } });
  expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  expect(await countCaptures(database)).toBe(before + 2);
});

test("a plain form is led to a page of a listed origin, and to no other", async ({ database }) => {
  const server = await openServer(database);
  const post = (next: string) =>
    fetch(`${server.url}/capture/web-form?next=${encodeURIComponent(next)}`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ email: "ana@example.de" }),
    });
  const led = await post(`${SITE}/thanks`);
  expect([led.status, led.headers.get("location")]).toEqual([303, `${SITE}/thanks`]);
  for (const elsewhere of [
    "https://evil.example/",
    "//evil.example",
    "javascript:alert(1)",
    `${SITE}@evil.example/`,
    "x",
  ]) {
    expect([elsewhere, (await post(elsewhere)).status]).toEqual([elsewhere, 200]);
  }
});

test("a person's browser that posts a plain form is shown a sentence, a script gets its receipt", async ({
  database,
}) => {
  const server = await openServer(database);
  const post = async (mode: string) => {
    const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-mode": mode };
    const sending = ask(`${server.url}/capture/web-form`, { method: "POST", headers }); // fetch sets a mode itself
    sending.end("email=ana%40example.de");
    const [answer]: IncomingMessage[] = await once(sending, "response");
    return [answer?.statusCode, answer?.headers["content-type"], answer && (await text(answer))];
  };
  expect(await post("navigate")).toEqual([
    200,
    "text/html; charset=utf-8",
    expect.stringContaining("Thank you."),
  ]);
  expect(await post("cors")).toEqual([200, "application/json", expect.stringContaining("captureId")]);
});

function request(headers: IncomingMessage["headers"]): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.headers = headers;
  return message;
}
