import { createHash } from "node:crypto";
import { expect } from "vitest";
import { loadDocuments } from "../../src/api/documents.ts";
import { test as base } from "../support/database.ts";
import { follow } from "./follow.ts";
import { serve } from "./serve.ts";

const WHO = "query Who { currentActor { slug } }";
const LEADS = "subscription Leads { leadChanged { isResync } }";
const known = new Map([WHO, LEADS].map((text) => [createHash("sha256").update(text).digest("hex"), text]));
const [who = "", leads = ""] = known.keys();

/** The API as it stands in production: known documents, and nothing else. */
const test = base.extend("api", { scope: "file" }, async ({ database }, { onCleanup }) => {
  const api = await serve(database, { documents: { known, isFree: false } });
  onCleanup(api.close);
  return api;
});

test("a document is asked for by its name, and no other one is answered", async ({ api }) => {
  const asked = (body: object) => post(api, body);
  expect(await asked({ documentId: who })).toEqual([200, { data: { currentActor: { slug: "dora" } } }]);
  expect((await asked({ documentId: `sha256:${who}` }))[0]).toBe(200);
  const apollo = { extensions: { persistedQuery: { version: 1, sha256Hash: who } } };
  expect(await asked(apollo)).toEqual([200, { data: { currentActor: { slug: "dora" } } }]);
  // The text that comes beside a name counts for nothing.
  expect((await asked({ documentId: who, query: "{ leads { totalCount } }" }))[1]).toEqual({
    data: { currentActor: { slug: "dora" } },
  });
  for (const body of [
    { query: WHO },
    { query: "{ __schema { types { name } } }" },
    { documentId: "0".repeat(64) },
    { documentId: "../../package.json" },
    { documentId: "constructor" },
    { documentId: ["x"] },
    { extensions: { persistedQuery: { sha256Hash: 1 } } },
    { extensions: "x" },
    {},
  ]) {
    const [status, answer] = await asked(body);
    expect([body, status, JSON.stringify(answer)]).toEqual([
      body,
      400,
      expect.stringContaining("documentId"),
    ]);
  }
});

test("where documents of one's own will do, who sends none is told of both ways", async ({ database }) => {
  const api = await serve(database, { documents: { known, isFree: true } });
  try {
    for (const body of [{}, { query: 5 }, { documentId: "0".repeat(64) }]) {
      const [status, answer] = await post(api, body);
      expect([status, JSON.stringify(answer)]).toEqual([
        400,
        expect.stringMatching(/by its documentId, or send a document of your own as query/),
      ]);
    }
  } finally {
    await api.close();
  }
});

test("subscriptions are named likewise", async ({ api }) => {
  const free = await follow(api, { slug: "dora" }, LEADS);
  await expect.poll(() => [free.isOver, free.code]).toEqual([true, "BAD_INPUT"]);
  const events: unknown[] = [];
  free.client.subscribe({ query: "", documentId: leads } as never, {
    next: ({ data }) => events.push(data),
    error: (error) => events.push(error),
    complete: () => {},
  });
  await expect.poll(() => events.at(0)).toEqual({ leadChanged: { isResync: true } });
  await free.client.dispose();
});

test("what an actor asks is counted by cost: too much is 429 until it was paid for", async ({ database }) => {
  const api = await serve(database, { rate: { perSecond: 1, burst: 20 } });
  try {
    const dear = "{ leads(first: 500) { nodes { territory { leads(first: 50) { nodes { rowId } } } } } }";
    expect((await api.ask("dora", dear)).status).toBe(200);
    const refused = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await api.tokens.mint("dora")}`,
      },
      body: JSON.stringify({ query: WHO }),
    });
    expect([refused.status, Number(refused.headers.get("retry-after")) > 1]).toEqual([429, true]);
    const live = await follow(api, { slug: "dora" }, LEADS);
    await expect.poll(() => live.code).toBe("RATE_LIMITED");
    await live.client.dispose();
    // Others have an allowance of their own; who names nobody shares that of their address.
    expect((await api.ask("dirk", WHO)).status).toBe(200);
    for (let asked = 0; asked < 25; asked += 1) await api.ask(null, WHO);
    expect((await api.ask(null, WHO)).status).toBe(429);
    expect((await api.ask("felix", WHO)).status).toBe(200);
  } finally {
    await api.close();
  }
});

test("every document of graphql/operations is known by the digest of its text", async () => {
  const documents = await loadDocuments();
  expect(documents.size).toBeGreaterThan(20);
  for (const [name, text] of documents) expect(createHash("sha256").update(text).digest("hex")).toBe(name);
});

async function post(api: { url: string; tokens: { mint: (slug: string) => Promise<string> } }, body: object) {
  const response = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await api.tokens.mint("dora")}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return [response.status, text.startsWith("{") ? JSON.parse(text) : text];
}
