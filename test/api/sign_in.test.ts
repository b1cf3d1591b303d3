import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { SignJWT, UnsecuredJWT } from "jose";
import { expect } from "vitest";
import { makeSignIn } from "../../src/api/sign_in.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test as base, type TestDatabase } from "../support/database.ts";
import { type AProvider, AUDIENCE, startProvider } from "./a_provider.ts";
import { follow } from "./follow.ts";
import { type Served, serve } from "./serve.ts";

type House = { api: Served; provider: AProvider };

/** The API beside a provider of identities that knows Dora as `dora-at-work`. */
const test = base.extend("house", { scope: "file" }, async ({ database }, { onCleanup }): Promise<House> => {
  const provider = await startProvider();
  const api = await serve(database, { signIn: makeSignIn(optionsOf(provider.issuer)) });
  await addSignIn(database, provider.issuer, "dora-at-work", "dora");
  onCleanup(async () => {
    await api.close();
    await provider.stop().catch(() => {});
  });
  return { api, provider };
});

const WHO = "{ currentActor { slug } territories { nodes { slug } } }";
const DORA = { currentActor: { slug: "dora" }, territories: { nodes: [{ slug: "de" }] } };

test("a token that the provider issued speaks for its actor, and roles in it mean nothing", async ({
  house,
}) => {
  const { api, provider } = house;
  const issued = await api.askWith(`Bearer ${await provider.issue()}`, WHO);
  expect([issued.status, issued.data]).toEqual([200, DORA]);
  const claims = { role: "catchment_owner", roles: ["admin"], groups: ["global"], "catchment.actor": 1 };
  expect((await api.askWith(`Bearer ${provider.sign(claims)}`, WHO)).data).toEqual(DORA);
  // Our own tokens go on beside it.
  expect((await api.ask("dora", WHO)).data).toEqual(DORA);
});

test("forged, foreign, expired and absurd tokens are 401, never 500 and never nobody", async ({ house }) => {
  const { api, provider } = house;
  const { issuer, publicKey, sign } = provider;
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: issuer, aud: AUDIENCE, sub: "dora-at-work", iat: now, exp: now + 600 };
  const pem = createPublicKey({ key: publicKey, format: "jwk" }).export({ type: "spki", format: "pem" });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const withKey = (key: Parameters<SignJWT["sign"]>[0], header: { alg: string; [more: string]: unknown }) =>
    new SignJWT(good).setProtectedHeader(header).sign(key);
  const [head, , signature] = sign().split(".");
  const forged: Record<string, string | Promise<string>> = {
    "alg none": new UnsecuredJWT(good).encode(),
    "HS256 with the public key as PEM": hs256(good, String(pem)),
    "HS256 with the public key as JWK": hs256(good, JSON.stringify(publicKey)),
    "HS256 with the modulus": hs256(good, String(publicKey.n)),
    "a stranger's key under its name": withKey(stranger, { alg: "RS256", kid: "first" }),
    "a key of its own in the header": withKey(stranger, {
      alg: "RS256",
      jwk: createPublicKey(stranger).export({ format: "jwk" }),
    }),
    "a key from elsewhere": withKey(stranger, { alg: "RS256", kid: "x", jku: "http://127.0.0.1:1/keys" }),
    "an unknown key": withKey(stranger, { alg: "RS256", kid: "unknown" }),
    "a key id that is a path": withKey(stranger, { alg: "RS256", kid: "../../dev/null" }),
    "an algorithm beside the list": sign({}, { alg: "RS512" }),
    "another use": sign({}, { typ: "logout+jwt" }),
    "a critical header": sign({}, { crit: ["x"], x: 1 }),
    "another issuer": sign({ iss: "https://elsewhere.example" }),
    "our own name as issuer": sign({ iss: "catchment", aud: "catchment", sub: "ada" }),
    "no issuer": sign({ iss: undefined }),
    "issuers in a list": sign({ iss: [issuer] }),
    "another audience": sign({ aud: "somebody" }),
    "no audience": sign({ aud: undefined }),
    expired: sign({ iat: now - 1200, exp: now - 600 }),
    "too old, though not expired": sign({ iat: now - 7200, exp: now + 600 }),
    "not valid yet": sign({ nbf: now + 600 }),
    "without expiry": sign({ exp: undefined }),
    "without time of issue": sign({ iat: undefined }),
    "expiry that is a text": sign({ exp: String(now + 600) }),
    "a numeric subject": sign({ sub: 1 }),
    "subjects in a list": sign({ sub: ["dora-at-work"] }),
    "an empty subject": sign({ sub: "" }),
    "a subject that no text may hold": sign({ sub: "dora-at-work\u0000" }),
    "a subject without actor": sign({ sub: "nobody-here" }),
    "the slug of an actor as subject": sign({ sub: "ada" }),
    "a subject twice": sign(JSON.stringify(good).replace("{", '{"sub":"nobody-here",')),
    "changed claims": `${head}.${encode({ ...good, sub: "ada" })}.${signature}`,
    "claims that are a list": sign(JSON.stringify([good])),
    "claims that are no JSON": sign("{"),
    "claims nested too deep": sign(`${"[".repeat(5_000)}${"]".repeat(5_000)}`),
    "a header that is no JSON": `e30x.${encode(good)}.${signature}`,
    "14 kB": sign({ more: "x".repeat(10_000) }, { kid: "unknown" }),
    "five parts": "a.b.c.d.e",
  };
  for (const [what, token] of Object.entries(forged)) {
    const { status, text } = await api.askWith(`Bearer ${await token}`, WHO);
    expect([what, status]).toEqual([what, 401]);
    expect(text).not.toMatch(/jose|JWS|signature|issuer|127\.0\.0\.1/);
  }
  expect(
    (await api.askWith(`Bearer ${"x".repeat(1_000_000)}.b.c`, WHO).catch(() => ({ status: 431 }))).status,
  ).toBe(431);
  const large = await follow(
    api,
    { authorization: `Bearer ${"x".repeat(1_000_000)}.b.c` },
    "subscription { leadChanged { leadId } }",
  );
  await expect.poll(() => large.closed?.code).toBe(1009);
});

test("an e-mail counts when the provider vouches for it and the installation takes its word", async ({
  house,
  database,
}) => {
  const { provider } = house;
  await run(database, "update app_public.actors set email = 'Mona@Example.com' where slug = 'mona'");
  const trusting = await serve(database, {
    signIn: makeSignIn({ ...optionsOf(provider.issuer), trustsEmail: true }),
  });
  try {
    const asked = async (api: Served, claims: object) => {
      const token = provider.sign({ sub: "mona-at-work", email: "mona@example.com", ...claims });
      return (await api.askWith(`Bearer ${token}`, "{ currentActor { slug } }")).status;
    };
    expect(await asked(trusting, { email_verified: true })).toBe(200);
    expect(await asked(house.api, { email_verified: true })).toBe(401);
    for (const email_verified of [false, "true", 1, undefined])
      expect(await asked(trusting, { email_verified })).toBe(401);
    expect(await asked(trusting, { email_verified: true, email: ["mona@example.com"] })).toBe(401);
    expect(await asked(trusting, { email_verified: true, email: "mona@example.com\u0000" })).toBe(401);
  } finally {
    await trusting.close();
  }
});

test("who is taken away is nobody, and their socket closes within 10 s", async ({ house, database }) => {
  const { api, provider } = house;
  await addSignIn(database, provider.issuer, "felix-at-work", "felix");
  const token = provider.sign({ sub: "felix-at-work" });
  const felix = await follow(
    api,
    { authorization: `Bearer ${token}` },
    "subscription { leadChanged { isResync } }",
  );
  await felix.stands();
  await run(database, "delete from app_private.sign_ins where subject = 'felix-at-work'");
  await expect.poll(() => felix.closed?.code, { timeout: 10_000 }).toBe(4403);
  expect((await api.askWith(`Bearer ${token}`, WHO)).status).toBe(401);
});

test("a new key is found, a withdrawn one refused; without its provider nobody can tell: 503", async ({
  database,
}) => {
  let provider = await startProvider();
  const { issuer } = provider;
  await addSignIn(database, issuer, "dora-at-work", "dora");
  const port = Number(new URL(issuer).port);
  const open = () => serve(database, { signIn: makeSignIn({ ...optionsOf(issuer), cooldownMs: 0 }) });
  const api = await open();
  const status = async (token: string, asked = api) => (await asked.askWith(`Bearer ${token}`, WHO)).status;
  const old = provider.sign();
  expect(await status(old)).toBe(200);
  await provider.stop();
  // What it said before is fresh: its people go on working. Who brings an unknown key may be right.
  expect(await status(old)).toBe(200);
  expect(await status(provider.sign({}, { kid: "second" }))).toBe(503);
  const late = await open();
  expect(await status(old, late)).toBe(503);
  expect(await status("a.b.c", late)).toBe(401);
  expect((await late.ask("dora", WHO)).status).toBe(200);

  provider = await startProvider({ port, kid: "second" });
  expect(await status(provider.sign())).toBe(200);
  expect(await status(await provider.issue(), late)).toBe(200);
  expect(await status(old)).toBe(401);
  expect(await status(old, late)).toBe(401);
  await Promise.all([provider.stop(), api.close(), late.close()]);
});

test("a provider that calls itself otherwise is not believed", async ({ house, database }) => {
  const { port } = new URL(house.provider.issuer);
  const alias = `http://localhost:${port}`;
  const api = await serve(database, { signIn: makeSignIn(optionsOf(alias)) });
  const { status } = await api.askWith(`Bearer ${house.provider.sign({ iss: alias })}`, WHO);
  expect(status).toBe(503);
  await api.close();
});

function optionsOf(issuer: string) {
  return {
    issuer,
    audience: AUDIENCE,
    algorithms: ["RS256", "ES256"],
    maxAgeSeconds: 3600,
    trustsEmail: false,
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function hs256(claims: object, secret: string): string {
  const text = `${encode({ alg: "HS256", typ: "JWT", kid: "first" })}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

function addSignIn(database: TestDatabase, issuer: string, subject: string, slug: string) {
  return run(
    database,
    `insert into app_private.sign_ins (issuer, subject, actor_id, created_at)
     select $1, $2, actors.id, now() from app_public.actors where slug = $3`,
    [issuer, subject, slug],
  );
}

function run(database: TestDatabase, text: string, values: unknown[] = []) {
  return withConnection(database.urls.superuser, (root) => root.query(text, values));
}
