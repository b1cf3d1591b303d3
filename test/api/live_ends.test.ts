import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { WebSocket } from "ws";
import { askForKey, makeKeys } from "../../src/capture/keys.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeKey } from "../capture/a_key.ts";
import { arrive } from "../support/arrive.ts";
import { test as base, type TestDatabase } from "../support/database.ts";
import { follow } from "./follow.ts";
import { serve } from "./serve.ts";

/** The API, with keys. */
const test = base.extend("api", { scope: "file" }, async ({ database }, { onCleanup }) => {
  const pool = makePool(database.urls.api, { max: 2, applicationName: "test" });
  const served = await serve(database, { holderOf: makeKeys(askForKey(pool)).holderOf });
  onCleanup(async () => {
    await served.close();
    await pool.end();
  });
  return served;
});

type LeadEvent = { leadChanged: { isResync: boolean; lead: { email: string } | null } };
const LEADS = "subscription { leadChanged { isResync lead { email } } }";
const WITHIN = { timeout: 10_000, interval: 50 };

test("who lost their membership hears nothing more, and is told so within 10 s", async ({
  api,
  database,
}) => {
  const [dora, dirk, mona] = await Promise.all(
    ["dora", "dirk", "mona"].map((slug) => follow<LeadEvent>(api, { slug }, LEADS)),
  );
  for (const one of [dora, dirk, mona]) await one?.stands();
  await arriveFrom(database, "DE", "before@example.de");
  for (const one of [dora, dirk, mona]) await expect.poll(() => one?.events.length).toBe(2);
  await run(
    database,
    "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'dora')",
  );
  await arriveFrom(database, "DE", "after@example.de");
  for (const one of [dirk, mona])
    await expect.poll(() => one?.events.at(-1)?.leadChanged.lead?.email).toBe("after@example.de");
  await expect.poll(() => [dora?.isOver, dora?.code], WITHIN).toEqual([true, "NOT_FOUND"]);
  expect(dora?.events).toHaveLength(2);
  expect([dirk?.isOver, mona?.isOver]).toEqual([false, false]);
  for (const one of [dora, dirk, mona]) await one?.client.dispose();
});

test("a subscription outlives the time of a request: what changes later is not told as gone", async ({
  database,
}) => {
  const api = await serve(database, { timeoutMs: 300 });
  const mona = await follow<LeadEvent>(api, { slug: "mona" }, LEADS);
  await mona.stands();
  await pause(400);
  await arriveFrom(database, "DE", "later@example.de");
  await expect.poll(() => mona.events.at(-1)?.leadChanged.lead?.email, WITHIN).toBe("later@example.de");
  await mona.client.dispose();
  await api.close();
});

test("who gains a territory hears of it without asking again", async ({ api, database }) => {
  const uma = await follow<LeadEvent>(api, { slug: "uma" }, LEADS);
  await uma.stands();
  await run(
    database,
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, 'viewer' from app_public.actors, app_public.territories
      where actors.slug = 'uma' and territories.slug = 'br'`,
  );
  await expect.poll(() => uma.resyncs, WITHIN).toBeGreaterThan(1); // read again: there is more now
  await arriveFrom(database, "BR", "new@example.br");
  await expect.poll(() => uma.events.at(-1)?.leadChanged.lead?.email).toBe("new@example.br");
  await uma.client.dispose();
});

test("a territory that no text can hold is refused by itself: everybody else's are still reviewed", async ({
  api,
  database,
}) => {
  const felix = await follow<LeadEvent>(api, { slug: "felix" }, LEADS);
  await felix.stands();
  const asked = 'subscription { leadChanged(territory: "x\\u0000") { isResync } }';
  let isOver = false;
  const flood = (async () => {
    while (!isOver) {
      const one = await follow(api, { slug: "nina" }, asked);
      await expect.poll(() => one.code, WITHIN).toBe("NOT_FOUND");
      await one.client.dispose();
    }
  })();
  await run(
    database,
    "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'felix')",
  );
  await expect.poll(() => [felix.isOver, felix.code], WITHIN).toEqual([true, "NOT_FOUND"]);
  isOver = true;
  await flood;
  await run(
    database,
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, 'rep' from app_public.actors, app_public.territories
      where actors.slug = 'felix' and territories.slug = 'fr'`,
  );
  await felix.client.dispose();
});

test("an actor switched off and a revoked key lose their socket, an expired token its own", async ({
  api,
  database,
}) => {
  const { key, prefix } = await makeKey(database);
  const [felix, partner, brief] = await Promise.all([
    follow<LeadEvent>(api, { slug: "felix" }, LEADS),
    follow<LeadEvent>(api, { authorization: `Bearer ${key}` }, LEADS),
    follow<LeadEvent>(
      api,
      { authorization: `Bearer ${await api.tokens.mint("mona", { expiresIn: "4s" })}` },
      LEADS,
    ),
  ]);
  for (const one of [felix, partner, brief]) await one.stands();
  await arriveFrom(database, "DE", "key@example.de");
  await expect.poll(() => partner.events.at(-1)?.leadChanged.lead?.email).toBe("key@example.de");
  await run(database, "update app_public.actors set is_active = false where slug = 'felix'");
  await run(database, "update app_private.api_keys set revoked_at = now() where prefix = $1", [prefix]);
  // The next statement sees nothing, though the key itself is known for 10 s.
  const asked = await api.askWith(`Bearer ${key}`, "{ currentActor { slug } leads { totalCount } }");
  expect(asked.data).toEqual({ currentActor: null, leads: { totalCount: 0 } });
  await arriveFrom(database, "DE", "after@example.de");
  for (const one of [felix, partner, brief]) await expect.poll(() => one.closed?.code, WITHIN).toBe(4403);
  expect(partner.events.map(({ leadChanged }) => leadChanged.lead?.email)).not.toContain("after@example.de");
  expect(brief.closed?.reason).toBe("The token's time is over");
  await run(database, "update app_public.actors set is_active = true where slug = 'felix'");
});

test("nobody and forged tokens open no socket, and a socket carries subscriptions alone", async ({ api }) => {
  for (const who of [
    null,
    { authorization: "Bearer a.b.c" },
    { authorization: `Bearer ck_${"0".repeat(12)}_${"0".repeat(64)}` },
  ]) {
    const refused = await follow(api, who, LEADS);
    await expect.poll(() => refused.closed?.code).toBe(4401);
    expect(refused.events).toEqual([]);
  }
  for (const query of [
    "{ currentActor { slug } }",
    'mutation { claimLead(input: { leadId: "00000000-0000-7000-8000-000000000000" }) { lead { email } } }',
  ]) {
    const refused = await follow(api, { slug: "mona" }, query);
    await expect.poll(() => [refused.isOver, refused.code]).toEqual([true, "BAD_INPUT"]);
    await refused.client.dispose();
  }
  const posted = await api.ask("mona", LEADS);
  expect(posted.data ?? null).toBeNull();
  expect(posted.text).toContain("errors");
});

test("an actor has 20 subscriptions at most, and room again when one ends", async ({ api }) => {
  const all = await Promise.all(Array.from({ length: 20 }, () => follow(api, { slug: "vera" }, LEADS)));
  for (const one of all) await one.stands();
  const other = await follow(api, { slug: "mona" }, LEADS);
  await other.stands();
  const refused = await follow(api, { slug: "vera" }, LEADS);
  await expect.poll(() => refused.closed?.code ?? refused.code).toBeDefined();
  expect(refused.events).toEqual([]);
  const codes: unknown[] = [];
  all[1]?.client.subscribe(
    { query: LEADS },
    { next: () => {}, error: (error) => codes.push(JSON.stringify(error)), complete: () => {} },
  );
  await expect.poll(() => codes).toEqual([expect.stringContaining("RATE_LIMITED")]);
  await all[0]?.client.dispose();
  await expect
    .poll(async () => {
      const again = await follow(api, { slug: "vera" }, LEADS);
      await again.stands().catch(() => {});
      await again.client.dispose();
      return again.events.length;
    })
    .toBe(1);
  for (const one of [...all, other, refused]) await one.client.dispose();
});

test("who does not read is dropped, and holds up nobody", async ({ api, database }) => {
  const large = Array.from({ length: 90 }, (_, index) => `a${index}: company`).join(" ");
  const query = `subscription { leadChanged(territory: "uk") { isResync lead { ${large} } } }`;
  const slow = await openRaw(api, "vera", query);
  const quick = await follow<{ leadChanged: object }>(api, { slug: "vera" }, query);
  await quick.stands();
  await slow.stands();
  slow.socket.pause();
  for (let round = 0; round < 40; round += 1) {
    await run(
      database,
      `insert into app_public.leads (territory_id, company, source, trace_id, first_seen_at, last_activity_at)
       select id, repeat('x', 10000), 'many', 'x', now(), now() from app_public.territories where slug = 'uk'`,
    );
    await expect.poll(() => quick.events.length + quick.resyncs, { interval: 5 }).toBeGreaterThan(round + 2);
  }
  await pause(12_000);
  slow.socket.resume();
  await expect.poll(() => slow.socket.readyState, WITHIN).toBe(WebSocket.CLOSED);
  expect(quick.isOver).toBe(false);
  await quick.client.dispose();
});

test("who offers another protocol with a POST is answered in this one", async ({ api }) => {
  const { port } = new URL(api.url);
  const body = JSON.stringify({ query: "{ __typename }" });
  const asked = request({
    port,
    method: "POST",
    path: "/graphql",
    headers: {
      connection: "Upgrade, HTTP2-Settings",
      upgrade: "h2c",
      "http2-settings": "AAMAAABkAAQAAP__",
      "content-type": "application/json",
      "content-length": body.length,
    },
  });
  asked.end(body);
  const [response] = await once(asked, "response");
  expect(response.statusCode).toBe(200);
  response.resume();
});

test("a server that stops says goodbye", async ({ database }) => {
  const going = await serve(database);
  const dirk = await follow(going, { slug: "dirk" }, LEADS);
  await dirk.stands();
  await going.close();
  await expect.poll(() => dirk.closed?.code).toBe(1001);
});

async function openRaw(
  { url, tokens }: { url: string; tokens: { mint: (slug: string) => Promise<string> } },
  slug: string,
  query: string,
) {
  const socket = new WebSocket(`${url.replace("http:", "ws:")}/graphql`, "graphql-transport-ws");
  const messages: string[] = [];
  socket.on("message", (data) => messages.push(String(data)));
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(
    JSON.stringify({
      type: "connection_init",
      payload: { authorization: `Bearer ${await tokens.mint(slug)}` },
    }),
  );
  await expect.poll(() => messages.length).toBe(1);
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
  return { socket, stands: () => expect.poll(() => messages.length).toBe(2) };
}

async function arriveFrom(database: TestDatabase, country: string, email: string): Promise<void> {
  await arrive(database, { attributes: { email, country } });
}

function run(database: TestDatabase, text: string, values: unknown[] = []) {
  return withConnection(database.urls.superuser, (root) => root.query(text, values));
}
