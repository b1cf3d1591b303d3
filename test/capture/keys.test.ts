import { createHash } from "node:crypto";
import { expect, vi } from "vitest";
import { askForKey, type KeyHolder, makeKeys } from "../../src/capture/keys.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";
import { makeKey, revokeAll } from "./a_key.ts";
import { openServer, send } from "./open_server.ts";

const HOLDER: KeyHolder = { keyId: 1, actorId: 2, mayRead: true, pathIds: new Set([3]), rate: null };
const KEY = `ck_0123456789ab_${"c".repeat(64)}`;

test("a good key is asked for once in 10 s, and a revoked one is refused from then on", async () => {
  const world = { now: 0, isRevoked: false };
  const ask = vi.fn(async () => (world.isRevoked ? null : HOLDER));
  const keys = makeKeys(ask, { now: () => world.now });
  await Promise.all([keys.holderOf(`Bearer ${KEY}`), keys.holderOf(`bearer ${KEY}`)]);
  world.isRevoked = true;
  world.now = 9_999;
  expect(await keys.holderOf(`Bearer ${KEY}`)).toEqual(HOLDER);
  expect(ask).toHaveBeenCalledTimes(1);
  world.now = 10_000;
  expect(await keys.holderOf(`Bearer ${KEY}`)).toBe("bad");
});

test("without the database an old answer is not used: nobody knows who was revoked", async () => {
  const world = { now: 0, isAway: false };
  const ask = async () => {
    if (world.isAway) throw new Error("away");
    return HOLDER;
  };
  const keys = makeKeys(ask, { now: () => world.now });
  await keys.holderOf(`Bearer ${KEY}`);
  world.isAway = true;
  expect(await keys.holderOf(`Bearer ${KEY}`)).toEqual(HOLDER);
  world.now = 10_000;
  await expect(keys.holderOf(`Bearer ${KEY}`)).rejects.toThrow("could not be looked up");
  world.isAway = false;
  expect(await keys.holderOf(`Bearer ${KEY}`)).toEqual(HOLDER);
});

test("the secret is never kept nor passed on; a misspelt key costs the same question", async () => {
  const ask = vi.fn(async () => null);
  const keys = makeKeys(ask);
  expect(await keys.holderOf(`Bearer ${KEY}`)).toBe("bad");
  const hash = createHash("sha256").update("c".repeat(64)).digest();
  expect(ask).toHaveBeenCalledWith("0123456789ab", hash);
  for (const bad of [
    "ck_",
    "ck_x",
    `${KEY}0`,
    KEY.toUpperCase().replace("CK", "ck"),
    "ck_0123456789ab_'; --",
  ]) {
    ask.mockClear();
    expect([bad, await keys.holderOf(`Bearer ${bad}`), ask.mock.calls.length]).toEqual([bad, "bad", 1]);
  }
});

test("what is no API key is somebody else's business", async () => {
  const keys = makeKeys(async () => null);
  for (const other of [undefined, "", "Basic Y2tfOng=", "Bearer eyJ.a.b", "ck_x", `Token ${KEY}`]) {
    expect(await keys.holderOf(other)).toBeUndefined();
  }
});

test("a key captures where its actor's territory holds the path, and reads as far as it was made for", async ({
  database,
}) => {
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test" });
  const ask = makeKeys(askForKey(pool));
  try {
    const { key } = await makeKey(database, { operations: ["capture"] });
    const holder = await ask.holderOf(`Bearer ${key}`);
    expect(holder).toMatchObject({ mayRead: false, rate: null });
    await revokeAll(database);
    const { key: reading } = await makeKey(database, { operations: ["read"] });
    expect(await ask.holderOf(`Bearer ${reading}`)).toMatchObject({ mayRead: true, pathIds: new Set() });
  } finally {
    await pool.end();
  }
});

test("unknown, revoked, expired, misspelt and somebody else's secret: one answer, nothing stored", async ({
  database,
}) => {
  await revokeAll(database);
  const server = await openServer(database);
  const revoked = await makeKey(database);
  await revokeAll(database);
  const expired = await makeKey(database, { lifetime: "1 microsecond" });
  const good = await makeKey(database);
  const answers = await Promise.all(
    [
      revoked.key,
      expired.key,
      `ck_${good.prefix}_${"0".repeat(64)}`,
      `ck_ffffffffffff_${"0".repeat(64)}`,
      `${good.key}0`,
      "ck_",
    ].map((key) => send(server, "{}", { headers: { authorization: `Bearer ${key}` } })),
  );
  const told = answers.map(({ status, headers, answer: { traceId: _, ...rest } }) => ({
    status,
    challenge: headers.get("www-authenticate"),
    rest,
  }));
  expect(told[0]).toMatchObject({
    status: 401,
    challenge: "Bearer",
    rest: { type: "urn:catchment:problem:bad-api-key" },
  });
  for (const answer of told) expect(answer).toEqual(told[0]);
});

test("an actor that is switched off takes its keys along", async ({ database, db }) => {
  await revokeAll(database);
  const { prefix, hash } = await makeKey(database);
  const uses = async () =>
    (await db.query("select from app_private.use_api_key($1, $2, now())", [prefix, hash])).rowCount;
  expect(await uses()).toBe(1);
  await db.query("update app_public.actors set is_active = false where slug = 'partner'");
  expect(await uses()).toBe(0);
});
