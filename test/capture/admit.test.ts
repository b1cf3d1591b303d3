import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, vi } from "vitest";
import { makeAdmit } from "../../src/capture/admit.ts";
import type { KeyHolder } from "../../src/capture/keys.ts";
import type { Rates, Subject } from "../../src/capture/rates.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { aDoor } from "./a_door.ts";
import { makeKey, revokeAll } from "./a_key.ts";
import { countCaptures, openServer, send } from "./open_server.ts";

const RATE = { perSecond: 1, burst: 10 };
const SITE = "https://www.acme.example";

function open({
  holder = undefined,
  empty,
}: {
  holder?: KeyHolder | "bad" | undefined;
  empty?: "path" | "key";
} = {}) {
  const paid: string[] = [];
  const rates: Rates = {
    take: async ({ kind }: Subject) => {
      if (kind === empty) return { isAllowed: false, remaining: 0, retrySeconds: 2.1 };
      paid.push(kind);
      return { isAllowed: true, remaining: kind === "path" ? 9 : 4, retrySeconds: 0 };
    },
    giveBack: vi.fn(({ kind }: Subject) => void paid.splice(paid.indexOf(kind), 1)),
  };
  return { paid, admit: makeAdmit({ keys: { holderOf: async () => holder }, rates }) };
}

const holder = (said: Partial<KeyHolder> = {}): KeyHolder => ({
  keyId: 1,
  actorId: 2,
  mayRead: true,
  pathIds: new Set([1]),
  rate: null,
  ...said,
});

test("an open path without a rate lets everybody in and says nothing", async () => {
  expect(await open().admit(aDoor(), request())).toEqual({ headers: {} });
});

test("a path that requires a key sends away who shows none, without a token paid", async () => {
  const { admit, paid } = open();
  const answer = await admit(aDoor({ requiresKey: true, rate: RATE, corsOrigins: [SITE] }), request());
  expect(answer).toMatchObject({
    status: 401,
    slug: "bad-api-key",
    headers: { "www-authenticate": "Bearer", "access-control-allow-origin": SITE },
  });
  expect(paid).toEqual([]);
});

test("a bad key is refused at an open path, too; a good one of another path is 403", async () => {
  expect(await open({ holder: "bad" }).admit(aDoor(), request())).toMatchObject({ status: 401 });
  const { admit, paid } = open({ holder: holder({ pathIds: new Set([7]) }) });
  expect(await admit(aDoor({ rate: RATE }), request())).toMatchObject({ status: 403, slug: "key-may-not" });
  expect(paid).toEqual([]);
});

test("both rates are told, the tighter one in the older headers", async () => {
  const { admit } = open({ holder: holder({ rate: { perSecond: 2, burst: 10 } }) });
  expect(await admit(aDoor({ rate: RATE }), request())).toEqual({
    headers: {
      ratelimit: '"path";r=9;t=1, "key";r=4;t=3',
      "ratelimit-policy": '"path";q=10;w=10, "key";q=10;w=5',
      "ratelimit-limit": "10",
      "ratelimit-remaining": "4",
      "ratelimit-reset": "3",
    },
  });
});

test("who is beyond the rate of the key costs the path nothing", async () => {
  const { admit, paid } = open({ holder: holder({ rate: RATE }), empty: "key" });
  expect(await admit(aDoor({ rate: RATE }), request())).toMatchObject({
    status: 429,
    headers: { "retry-after": "3", "ratelimit-remaining": "0" },
  });
  expect(paid).toEqual([]);
});

test("through the server: a path that requires a key takes the partner's at home and nobody else's", async ({
  database,
}) => {
  await revokeAll(database);
  await requireKey(database, ["desk", "partner-feed", "globex-form"]);
  const server = await openServer(database, { pathSecret: () => undefined });
  const { key } = await makeKey(database);
  const before = await countCaptures(database);
  const withKey = (path: string) => send(server, "{}", { path, headers: { authorization: `Bearer ${key}` } });
  expect((await withKey("partner-feed")).status).toBe(200);
  // The home of `desk` lies above the key's territory, that of globex-form at another client.
  const above = await withKey("desk");
  const foreign = await withKey("globex-form");
  expect([above.status, foreign.status]).toEqual([403, 403]);
  expect(above.answer).toMatchObject({ type: "urn:catchment:problem:key-may-not" });
  expect((await send(server, "{}", { path: "partner-feed" })).status).toBe(401);
  expect(await countCaptures(database)).toBe(before + 1);
});

test("through the server: each key has a rate of its own", async ({ database }) => {
  await revokeAll(database);
  await requireKey(database, ["partner-feed"]);
  const server = await openServer(database);
  const slow = await makeKey(database, { rate: 0.01, burst: 1 });
  const fast = await makeKey(database);
  const sendWith = (key: string) =>
    send(server, "{}", { path: "partner-feed", headers: { authorization: `Bearer ${key}` } });
  expect((await sendWith(slow.key)).status).toBe(200);
  const refused = await sendWith(slow.key);
  expect([refused.status, refused.headers.get("ratelimit-limit")]).toEqual([429, "1"]);
  expect((await sendWith(fast.key)).status).toBe(200);
});

/** Unsigned, so that the key alone decides. */
async function requireKey(database: TestDatabase, slugs: string[]): Promise<void> {
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      "update app_public.capture_paths set requires_key = true, requires_signature = false where slug = any ($1)",
      [slugs],
    ),
  );
}

function request(): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.headers = { origin: SITE };
  return message;
}
