import { expect } from "vitest";
import { askForTokens, type Lease, makeRates, type Subject } from "../../src/capture/rates.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";
import { oneRow } from "../support/rows.ts";
import { countCaptures, openServer, send } from "./open_server.ts";

const PATH: Subject = { kind: "path", id: 1 };
const RATE = { perSecond: 10, burst: 20 };

/** A bucket in memory that refills by the same clock, and counts how often it is asked. */
function open({ tokens = 20, perSecond = 10, burst = 20 } = {}) {
  const world = { now: 0, tokens, filledAt: 0, asked: 0, isAway: false };
  const ask = async (_subject: Subject, wanted: number): Promise<Lease> => {
    world.asked += 1;
    if (world.isAway) throw new Error("away");
    world.tokens = Math.min(burst, world.tokens + ((world.now - world.filledAt) * perSecond) / 1_000);
    world.filledAt = world.now;
    const taken = Math.min(Math.floor(world.tokens), wanted);
    world.tokens -= taken;
    return {
      taken,
      remaining: Math.floor(world.tokens),
      retrySeconds: Math.max(0, (1 - world.tokens) / perSecond),
    };
  };
  return { world, rates: makeRates(ask, { now: () => world.now }), ask };
}

async function takeMany(rates: ReturnType<typeof makeRates>, count: number) {
  const taken = [];
  for (let request = 0; request < count; request += 1) taken.push(await rates.take(PATH, RATE));
  return taken.filter(({ isAllowed }) => isAllowed).length;
}

test("a burst is let in, then no more than the rate, whatever comes", async () => {
  const { world, rates } = open();
  expect(await takeMany(rates, 50)).toBe(20);
  for (let second = 1; second <= 5; second += 1) {
    world.now = second * 1_000;
    expect(await takeMany(rates, 50)).toBeLessThanOrEqual(11);
  }
});

test("a second's worth is asked for at once, and an empty bucket not before its next token", async () => {
  const { world, rates } = open();
  await takeMany(rates, 500);
  expect(world.asked).toBeLessThan(6);
  const { isAllowed, retrySeconds } = await rates.take(PATH, RATE);
  expect(isAllowed).toBe(false);
  expect(retrySeconds).toBeCloseTo(0.1);
});

test("many who come at once wait for one lease", async () => {
  const { world, rates } = open();
  const taken = await Promise.all(Array.from({ length: 20 }, () => rates.take(PATH, RATE)));
  expect(taken.filter(({ isAllowed }) => isAllowed)).toHaveLength(20);
  expect(world.asked).toBeLessThan(5);
});

test("what was paid for nothing is given back", async () => {
  const { rates } = open({ tokens: 1, burst: 1 });
  const small = { perSecond: 0.1, burst: 1 };
  expect((await rates.take(PATH, small)).isAllowed).toBe(true);
  rates.giveBack(PATH);
  expect((await rates.take(PATH, small)).isAllowed).toBe(true);
  expect((await rates.take(PATH, small)).isAllowed).toBe(false);
});

test("without the database a door takes a lease a second for granted: capture does not die with its limiter", async () => {
  const { world, rates } = open();
  expect(await takeMany(rates, 10)).toBe(10);
  world.isAway = true;
  world.now = 1_000;
  await takeMany(rates, 50);
  for (let second = 2; second <= 4; second += 1) {
    world.now = second * 1_000;
    expect(await takeMany(rates, 50)).toBe(10);
  }
  const fresh = open();
  fresh.world.isAway = true;
  expect(await takeMany(fresh.rates, 50)).toBe(10);
});

test("several processes share one bucket", async ({ database }) => {
  const id = await limit(database, "desk", 1, 30);
  const pool = makePool(database.urls.api, { max: 2, applicationName: "test" });
  try {
    const doors = [
      makeRates(askForTokens(pool)),
      makeRates(askForTokens(pool)),
      makeRates(askForTokens(pool)),
    ];
    const taken = await Promise.all(
      Array.from({ length: 90 }, (_, position) =>
        doors[position % 3]?.take({ kind: "path", id }, { perSecond: 1, burst: 30 }),
      ),
    );
    const allowed = taken.filter((one) => one?.isAllowed).length;
    expect(allowed).toBeGreaterThanOrEqual(30);
    expect(allowed).toBeLessThan(60);
  } finally {
    await pool.end();
  }
});

test("beyond its rate a path answers 429 before it reads anything, and says when to come again", async ({
  database,
}) => {
  await limit(database, "web-form", 0.01, 3);
  const server = await openServer(database);
  const before = await countCaptures(database);
  const answers = [];
  for (let request = 0; request < 5; request += 1)
    answers.push(await send(server, '{"email":"a@example.de"}'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(await countCaptures(database)).toBe(before + 3);
  expect(Object.fromEntries(answers[0]?.headers ?? [])).toMatchObject({
    "ratelimit-policy": '"path";q=3;w=300',
    ratelimit: '"path";r=2;t=100',
    "ratelimit-limit": "3",
    "ratelimit-remaining": "2",
    "ratelimit-reset": "100",
  });
  const refused = answers[4];
  expect(refused?.answer).toMatchObject({ type: "urn:catchment:problem:too-many-requests", status: 429 });
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(refused?.headers.get("ratelimit-remaining")).toBe("0");
});

async function limit(
  database: Parameters<typeof countCaptures>[0],
  slug: string,
  perSecond: number,
  burst: number,
): Promise<number> {
  const { id } = await withConnection(database.urls.superuser, (root) =>
    oneRow<{ id: number }>(
      root,
      "update app_public.capture_paths set rate_per_second = $2, rate_burst = $3 where slug = $1 returning id",
      [slug, perSecond, burst],
    ),
  );
  return id;
}
