import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { serve, test } from "./serve.ts";

const QUERY = "{ currentActor { slug } }";

test("an unforeseen error shows one word and a random id, and the log has the rest", async ({
  api,
  database,
}) => {
  const secret = 'duplicate key value violates unique constraint "leads_id_territory_id_key"';
  await breakCurrentActor(database.urls.superuser, secret, "23505");
  const answers = [await api.ask("dora", QUERY), await api.ask("dora", QUERY)];
  const ids = answers.map(({ text }) => String(JSON.parse(text).errors[0].extensions.id));
  for (const { status, code, text } of answers) {
    expect([status, code]).toEqual([200, "INTERNAL"]);
    expect(text).not.toMatch(/23505|leads_id|constraint|duplicate|hash|detail|secret/i);
  }
  expect(ids[0]).not.toBe(ids[1]);
  expect(answers[0]?.text.replace(ids[0] ?? "", "")).toBe(answers[1]?.text.replace(ids[1] ?? "", ""));
  expect(api.lines.filter((line) => line.includes(ids[0] ?? "") && line.includes(secret))).toHaveLength(1);
});

test("what takes longer than 5 s is stopped and says so", async ({ api, database }) => {
  await withConnection(database.urls.superuser, (root) =>
    root.query(`create or replace function app_public.current_actor() returns app_public.actors language plpgsql stable
                as $$ begin perform pg_sleep(60); return null; end $$`),
  );
  const { code, text } = await api.ask("dora", QUERY);
  expect(code).toBe("TIMEOUT");
  expect(text).not.toMatch(/57014|statement/);
});

test("each of our codes has its word, and messages that name ids stay in the house", async ({
  api,
  database,
}) => {
  const words = {
    NFUND: "NOT_FOUND",
    DENID: "FORBIDDEN",
    TAKEN: "TAKEN",
    STATE: "CONFLICT",
    BADIN: "BAD_INPUT",
    REUSE: "CONFLICT",
  };
  for (const [state, word] of Object.entries(words)) {
    await breakCurrentActor(database.urls.superuser, "Actor 17 and its words", state);
    const { code, text } = await api.ask("dora", QUERY);
    expect(code).toBe(word);
    expect(text).not.toContain(state === word ? "17" : state);
    expect(text.includes("Actor 17")).toBe(["CONFLICT", "BAD_INPUT"].includes(word));
  }
});

test("a malformed value is the client's mistake, told without the database's words", async ({ api }) => {
  for (const query of [
    '{ leads(filter: { slaDueAt: { lessThan: "someday" } }) { totalCount } }',
    '{ trace(traceId: "\\u0000") { totalCount } }',
    '{ leads(after: "no cursor") { totalCount nodes { rowId } } }',
    "{ leads(offset: -1) { nodes { rowId } } }",
    '{ territories(filter: { slug: { like: "%\\\\" } }) { totalCount } }',
    ...["22:00+05", "now", "22", "24:61", "allballs", ""].map(
      (time) =>
        `mutation { setNotificationPreferences(input: { actor: "dora", digestTime: "${time}" }) { clientMutationId } }`,
    ),
    ...[
      "infinity",
      "-infinity",
      "epoch",
      "tomorrow",
      "0044-03-15 BC",
      "2026-01-01 00:00 Foo/Bar",
      "2026-13-01",
      "2026-01-01T00:00:00+99:99",
    ].map((instant) => `{ leads(filter: { firstSeenAt: { greaterThan: "${instant}" } }) { totalCount } }`),
  ]) {
    const { code, text } = await api.ask("dora", query);
    expect([query, code]).toEqual([query, "BAD_INPUT"]);
    expect(text).not.toMatch(/22P02|22007|22025|22021|invalid input syntax|is not defined|uuid"/);
  }
});

test("a malformed value is named by its kind", async ({ api }) => {
  for (const [query, words] of [
    ['{ trace(traceId: "\\u0000") { totalCount } }', "A text holds a character that cannot be kept"],
    ['{ territories(filter: { slug: { like: "%\\\\" } }) { totalCount } }', "write \\\\ for a backslash"],
    ["{ leads(offset: -1) { nodes { rowId } } }", "below 0"],
  ] as const) {
    const { text } = await api.ask("dora", query);
    expect([query, JSON.parse(text).errors[0].message]).toEqual([query, expect.stringContaining(words)]);
  }
});

test("of words that repeat what was sent only so many are answered", async ({ api, database }) => {
  await breakCurrentActor(database.urls.superuser, `Status ${"🦊".repeat(20_000)} is unknown`, "BADIN");
  const { message } = JSON.parse((await api.ask("dora", QUERY)).text).errors[0];
  expect(message).toBe(`Status ${"🦊".repeat(246)}…`);
});

test("an instant may be given as a variable, and as it is answered", async ({ api }) => {
  const query = "query ($at: Datetime!) { leads(filter: { firstSeenAt: { lessThan: $at } }) { totalCount } }";
  for (const at of ["2026-07-01T12:00:00Z", "2026-07-01 12:00:00.123456+02", "2026-07-01"])
    expect((await api.ask("dora", query, { at })).data).toEqual({ leads: { totalCount: 0 } });
  expect((await api.ask("dora", query, { at: "infinity" })).code).toBe("BAD_INPUT");
});

test("what is wrong with a document has a code", async ({ api }) => {
  for (const query of [
    "{ nothing }",
    '{ leads(first: "x") { totalCount } }',
    "{",
    "",
    "subscription { nothing }",
  ])
    expect([query, await api.ask("dora", query)]).toMatchObject([query, { status: 400, code: "BAD_INPUT" }]);
});

test("a request that is no request of GraphQL has a code, however it fails to be one", async ({ api }) => {
  const json = "application/json";
  const query = JSON.stringify({ query: QUERY });
  const requests = [
    [400, "BAD_INPUT", json, "not json"],
    [400, "BAD_INPUT", json, "[]"],
    [400, "BAD_INPUT", json, "null"],
    [400, "BAD_INPUT", json, JSON.stringify({ query: QUERY, variables: [] })],
    [400, "BAD_INPUT", json, JSON.stringify({ query: QUERY, operationName: 7 })],
    [415, "BAD_INPUT", "text/plain", query],
    [413, "TOO_LARGE", json, JSON.stringify({ query: QUERY, more: "x".repeat(200_001) })],
  ] as const;
  for (const [status, code, type, body] of requests) {
    const headers = { "content-type": type };
    const response = await fetch(`${api.url}/graphql`, { method: "POST", headers, body });
    const { errors } = JSON.parse(await response.text());
    expect([body.slice(0, 80), response.status, errors[0].extensions.code]).toEqual([
      body.slice(0, 80),
      status,
      code,
    ]);
  }
  const get = await fetch(`${api.url}/graphql`);
  expect([get.status, JSON.parse(await get.text()).errors[0].extensions.code]).toEqual([405, "BAD_INPUT"]);
});

test("what only the variables or the choice of an operation make wrong has a code too", async ({ api }) => {
  const two = "query a { currentActor { slug } } query b { currentActor { slug } }";
  expect(await api.ask("dora", two)).toMatchObject({ status: 400, code: "BAD_INPUT" });
  const first = "query ($first: Int!) { leads(first: $first) { totalCount } }";
  expect(await api.ask("dora", first, { first: "x" })).toMatchObject({ status: 400, code: "BAD_INPUT" });
});

test("an empty filter and null in it mean no filter", async ({ api }) => {
  for (const filter of ["{}", "null", "{ email: null }", "{ email: { equalTo: null } }"]) {
    const { text } = await api.ask("dora", `{ leads(filter: ${filter}) { totalCount } }`);
    expect(JSON.parse(text)).toEqual({ data: { leads: { totalCount: 0 } } });
  }
});

test("GraphiQL is there in development, beside the page and not in its place", async ({ api, database }) => {
  const development = await serve(database, { isDevelopment: true });
  const html = { headers: { accept: "text/html" } };
  try {
    expect((await fetch(`${development.url}/graphiql`, html)).status).toBe(200);
    expect((await fetch(`${development.url}/`, html)).status).toBe(404);
  } finally {
    await development.close();
  }
  for (const path of ["/graphiql", "/"]) expect((await fetch(api.url + path, html)).status).toBe(404);
  expect((await fetch(`${api.url}/graphql`, html)).status).not.toBe(200);
});

async function breakCurrentActor(superuserUrl: string, message: string, state: string): Promise<void> {
  await withConnection(superuserUrl, (root) =>
    root.query(`create or replace function app_public.current_actor() returns app_public.actors language plpgsql stable as $$
      begin raise exception '%', $words$${message}$words$ using errcode = '${state}', detail = 'a secret detail'; end $$`),
  );
}
