import { expect } from "vitest";
import { z } from "zod";
import { openapi } from "../../src/server/openapi.ts";
import { ProblemDocument, Receipt } from "../../src/server/openapi_schemas.ts";
import { makeKey, revokeAll } from "../capture/a_key.ts";
import { openServer, send } from "../capture/open_server.ts";
import { test } from "../support/database.ts";

test("a stranger learns how a door answers, and the name of none", async ({ database }) => {
  const server = await openServer(database);
  const document = await documentFor(server.url);
  expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Catchment", version: "1" } });
  expect(Object.keys(document.paths)).toEqual(["/capture/{path}", "/graphql"]);
  expect(JSON.stringify(document)).not.toMatch(/web-form|partner-feed/);
  const { post, parameters } = operationOf(document, "/capture/{path}");
  expect(parameters).toMatchObject([{ name: "path", in: "path", required: true }]);
  expect(post.parameters.map(({ name }) => name)).toContain("Idempotency-Key");
  expect(Object.keys(post.responses)).toEqual("200 400 401 403 404 409 413 415 422 429 503".split(" "));
  expect(unresolved(document)).toEqual([]);
});

test("a key sees its own paths and what their contracts take", async ({ database }) => {
  await revokeAll(database);
  const { key } = await makeKey(database);
  const server = await openServer(database);
  const headers = { authorization: `Bearer ${key}` };
  const document = await documentFor(server.url, headers);
  expect(Object.keys(document.paths)).toContain("/capture/partner-feed");
  expect(Object.keys(document.paths)).not.toContain("/capture/web-form");
  const { post } = operationOf(document, "/capture/partner-feed");
  expect(post.security).toEqual([{ signature: [] }, { signature: [], apiKey: [] }]);
  expect(post.requestBody.content["application/json"]).toEqual({
    schema: { $ref: "#/components/schemas/Contract_partner-feed" },
  });
  expect(document.components.schemas["Contract_partner-feed"]?.properties).toHaveProperty("email");
  expect(unresolved(document)).toEqual([]);
});

test("a bad key is no stranger: 401", async ({ database }) => {
  const server = await openServer(database);
  const answer = await fetch(`${server.url}/openapi.json`, { headers: { authorization: "Bearer ck_x" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([401, "application/problem+json"]);
});

test("a contract's references to its own parts still lead there", () => {
  const schema = {
    $id: "https://acme.example/lead",
    $defs: { name: { type: "string" } },
    properties: { a: { $ref: "#/$defs/name" }, b: { items: [{ $ref: "#" }] }, $ref: { type: "string" } },
  };
  const surface = {
    slug: "a-b",
    name: "A",
    protocol: "json",
    requiresSignature: false,
    requiresKey: true,
    maxBodyBytes: 1,
    schema,
  };
  const document = openapi([surface]);
  expect(unresolved(document)).toEqual([]);
  expect(JSON.stringify(document)).toContain('"#/components/schemas/Contract_a-b/$defs/name"');
  expect(document).toMatchObject({ paths: { "/capture/a-b": { post: { security: [{ apiKey: [] }] } } } });
});

test("what the doors really answer is what the document says", async ({ database }) => {
  const server = await openServer(database);
  const taken = await send(server, "{}");
  expect(Receipt.safeParse(taken.answer).success).toBe(true);
  const several = await send(server, '{"email":"a@b.de"}\n{"email":"c@d.de"}', {
    headers: { "content-type": "application/x-ndjson" },
  });
  expect(Receipt.parse(several.answer).events).toBe(2);
  const refused = await send(server, "{}", { path: "nowhere" });
  expect(ProblemDocument.safeParse(refused.answer).success).toBe(true);
});

test("the script for forms is served to pages of other sites", async ({ database }) => {
  const server = await openServer(database);
  const script = await fetch(`${server.url}/form.js`);
  expect([script.status, script.headers.get("cross-origin-resource-policy")]).toEqual([200, "cross-origin"]);
  expect(script.headers.get("access-control-allow-origin")).toBe("*"); // it asks whether we are there
  expect(script.headers.get("content-type")).toContain("javascript");
  expect(await script.text()).toContain("data-catchment");
});

const Operation = z.looseObject({
  parameters: z.array(z.unknown()).optional(),
  post: z.looseObject({
    security: z.array(z.record(z.string(), z.array(z.never()))),
    parameters: z.array(z.looseObject({ name: z.string() })),
    requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }),
    responses: z.record(z.string(), z.unknown()),
  }),
});
const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.unknown()),
  components: z.looseObject({
    schemas: z.record(
      z.string(),
      z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }),
    ),
  }),
});

async function documentFor(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/openapi.json`, { headers });
  return Document.parse(await answer.json());
}

function operationOf(document: z.infer<typeof Document>, path: string) {
  return Operation.parse(document.paths[path]);
}

/** References that lead nowhere. */
function unresolved(document: unknown): string[] {
  const refs: string[] = [];
  JSON.stringify(document, (key, value) => {
    if (key === "$ref" && typeof value === "string") refs.push(value);
    return value;
  });
  expect(refs.length).toBeGreaterThan(5);
  return refs.filter((ref) => {
    let target = document;
    for (const step of ref.split("/").slice(1)) {
      if (typeof target !== "object" || target === null) return true;
      target = Reflect.get(target, step.replaceAll("~1", "/").replaceAll("~0", "~"));
    }
    return !ref.startsWith("#/") || target === undefined;
  });
}
