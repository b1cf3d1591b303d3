import { expect } from "vitest";
import { askForKey, makeKeys } from "../../src/capture/keys.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeKey, revokeAll } from "../capture/a_key.ts";
import { arrive } from "../support/arrive.ts";
import { test as base } from "../support/database.ts";
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

const LEADS = "{ leads { nodes { territory { slug } email } } currentActor { slug } }";

test("a key reads what its actor's territories hold, and nothing beyond the wall", async ({
  api,
  database,
}) => {
  await revokeAll(database);
  await arrive(database, { attributes: { email: "de@example.com", country: "DE" } });
  await arrive(database, { attributes: { email: "fr@example.com", country: "FR" } });
  const { key } = await makeKey(database);
  const { data } = await api.askWith<{ leads: { nodes: unknown[] }; currentActor: unknown }>(
    `Bearer ${key}`,
    LEADS,
  );
  expect(data.currentActor).toEqual({ slug: "partner" });
  expect(data.leads.nodes).toEqual([{ territory: { slug: "de" }, email: "de@example.com" }]);
});

test("a key changes nothing, whatever its actor's role may", async ({ api, database }) => {
  await revokeAll(database);
  const { key } = await makeKey(database);
  const { code, text } = await api.askWith(
    `Bearer ${key}`,
    'mutation { captureLead(input: { path: "partner-feed", payload: { email: "a@b.de" } }) { receipt { captureId } } }',
  );
  expect(code).toBe("FORBIDDEN");
  expect(text).not.toMatch(/25006|read-only/);
});

test("a key that may only capture is 403, a bad one 401 like a bad token", async ({ api, database }) => {
  await revokeAll(database);
  const { key } = await makeKey(database, { operations: ["capture"] });
  expect((await api.askWith(`Bearer ${key}`, LEADS)).status).toBe(403);
  const bad = await api.askWith(`Bearer ck_${"0".repeat(12)}_${"0".repeat(64)}`, LEADS);
  const token = await api.askWith("Bearer a.b.c", LEADS);
  expect([bad.status, bad.text]).toEqual([401, token.text]);
});

test("an administrator makes a key, told once, and ends it; others learn of nothing", async ({
  api,
  database,
}) => {
  await revokeAll(database);
  const create = `mutation { createApiKey(input: { actor: "partner", operations: ["read"], days: 30 }) { apiKey { key prefix actor expiresAt } } }`;
  type Made = { createApiKey: { apiKey: { key: string; prefix: string; actor: string; expiresAt: string } } };
  expect((await api.ask("olga", create)).code).toBe("FORBIDDEN");
  expect((await api.ask("gus", create)).code).toBe("NOT_FOUND");
  const { key, prefix, actor } = (await api.ask<Made>("ada", create)).data.createApiKey.apiKey;
  expect([actor, key.startsWith(`ck_${prefix}_`)]).toEqual(["partner", true]);
  expect((await api.askWith(`Bearer ${key}`, LEADS)).status).toBe(200);
  const revoke = `mutation { revokeApiKey(input: { prefix: "${prefix}" }) { apiKey { key revokedAt } } }`;
  type Revoked = { revokeApiKey: { apiKey: { key: null; revokedAt: string } } };
  const { data } = await api.ask<Revoked>("ada", revoke);
  expect(data.revokeApiKey.apiKey).toEqual({ key: null, revokedAt: expect.any(String) });
});

test("a lead shows what its person agreed to", async ({ api, database }) => {
  const { leadId } = await arrive(database, { attributes: { email: "yes@example.com", country: "DE" } });
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      `insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
       select leads.id, leads.territory_id, 'marketing', 'granted', '2026-01', uuidv7(), leads.trace_id, now()
         from app_public.leads where leads.id = $1`,
      [leadId],
    ),
  );
  const agreed = "{ consents { nodes { purpose state textVersion lead { rowId } } } }";
  type Agreed = { consents: { nodes: object[] } };
  const { data } = await api.ask<Agreed>("vera", agreed);
  expect(data.consents.nodes).toEqual([
    { purpose: "marketing", state: "granted", textVersion: "2026-01", lead: { rowId: leadId } },
  ]);
  expect((await api.ask<Agreed>("felix", agreed)).data.consents.nodes).toEqual([]);
});
