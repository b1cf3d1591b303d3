import { createHmac, generateKeyPairSync } from "node:crypto";
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test as plain } from "vitest";
import { makeTokens } from "../../src/api/tokens.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { deriveSecret } from "../../src/postgres/role_urls.ts";
import { KEY, test } from "./serve.ts";

const NOW = Math.floor(Date.now() / 1000);
const HOUR = 3600;
/** The real secret, so that a forgery below is wrong in one thing only. */
const SECRET = new TextEncoder().encode(deriveSecret(KEY, "signing of tokens"));
const GOOD = { iss: "catchment", aud: "catchment", sub: "dora", iat: NOW, exp: NOW + HOUR };

test("the pattern of all forgeries below is a good token", async ({ api }) => {
  const answer = await api.askWith(`Bearer ${await sign(GOOD)}`, "{ currentActor { slug } }");
  expect(answer.data).toEqual({ currentActor: { slug: "dora" } });
});

describe("refused with 401, never 500, never as nobody", () => {
  const forged: [string, string | Promise<string>][] = [
    ["signed with another key", sign(GOOD, new TextEncoder().encode("x".repeat(43)))],
    ["minted by another installation", makeTokens("another key").mint("dora")],
    ["alg none", new UnsecuredJWT(GOOD).encode()],
    ["alg none, with the signature of a good one", withHeader({ alg: "none", typ: "JWT" })],
    ["alg None", withHeader({ alg: "None", typ: "JWT" })],
    ["no alg", withHeader({ typ: "JWT" })],
    ["HS512 of the same secret", sign(GOOD, SECRET, { alg: "HS512", typ: "JWT" })],
    [
      "EdDSA of somebody's key",
      sign(GOOD, generateKeyPairSync("ed25519").privateKey, { alg: "EdDSA", typ: "JWT" }),
    ],
    ["a critical header that nobody knows", withHeader({ alg: "HS256", typ: "JWT", crit: ["x"], x: 1 })],
    ["a key id that is a path", withHeader({ alg: "HS256", typ: "JWT", kid: "../../etc/passwd" }, "bad")],
    ["another type of token", sign(GOOD, SECRET, { alg: "HS256", typ: "at+jwt" })],
    ["expired", sign({ ...GOOD, iat: NOW - 2 * HOUR, exp: NOW - HOUR })],
    ["older than a day, though not expired", sign({ ...GOOD, iat: NOW - 25 * HOUR })],
    ["issued tomorrow", sign({ ...GOOD, iat: NOW + 24 * HOUR, exp: NOW + 25 * HOUR })],
    ["not valid yet", sign({ ...GOOD, nbf: NOW + HOUR })],
    ["without expiry", sign({ ...GOOD, exp: undefined })],
    ["without time of issue", sign({ ...GOOD, iat: undefined })],
    ["of a foreign issuer", sign({ ...GOOD, iss: "somebody" })],
    ["for a foreign audience", sign({ ...GOOD, aud: "somebody" })],
    ["without subject", sign({ ...GOOD, sub: undefined })],
    ["with a number as subject", sign({ ...GOOD, sub: 1 })],
    ["with a subject that no text may hold", sign({ ...GOOD, sub: "dora\u0000" })],
    ["of an actor who is not there", sign({ ...GOOD, sub: "nobody-at-all" })],
    ["of a BI login", sign({ ...GOOD, sub: "bi_de" })],
    ["with a changed payload", tampered()],
    ["cut short", sign(GOOD).then((token) => token.slice(0, -2))],
    ["empty", ""],
    ["no token at all", "dora"],
    ["a megabyte less a little", `${"a".repeat(8000)}.b.c`],
  ];
  for (const [what, token] of forged) {
    test(what, async ({ api }) => {
      const { status, text } = await api.askWith(`Bearer ${await token}`, "{ currentActor { slug } }");
      expect(status).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ type: "urn:catchment:problem:unauthorized", status: 401 });
    });
  }
  test("another scheme, and a header without one", async ({ api }) => {
    for (const header of ["Basic ZG9yYTpkb3Jh", "", await sign(GOOD), `Bearer ${await sign(GOOD)} more`]) {
      expect((await api.askWith(header, "{ currentActor { slug } }")).status).toBe(401);
    }
  });
});

test("roles in a token change nothing", async ({ api }) => {
  const token = await sign({ ...GOOD, sub: "felix", role: "catchment_owner", roles: ["admin"], actor: 1 });
  const answer = await api.askWith(
    `Bearer ${token}`,
    "{ currentActor { slug } territories { nodes { slug } } }",
  );
  expect(answer.data).toEqual({ currentActor: { slug: "felix" }, territories: { nodes: [{ slug: "fr" }] } });
});

test("an actor switched off sees nothing at once, and is refused a few seconds later", async ({
  api,
  database,
}) => {
  const seen = () => api.ask("bruno", "{ territories { totalCount } }");
  expect((await seen()).data).toEqual({ territories: { totalCount: 1 } });
  await withConnection(database.urls.superuser, (root) =>
    root.query("update app_public.actors set is_active = false where slug = 'bruno'"),
  );
  expect((await seen()).data).toEqual({ territories: { totalCount: 0 } });
  await expect.poll(async () => (await seen()).status, { timeout: 10_000, interval: 500 }).toBe(401);
});

plain("a token lives at most a day and names an actor", async () => {
  const tokens = makeTokens(KEY);
  expect(await tokens.verify(await tokens.mint("dora", { expiresIn: "24h" }))).toMatchObject({
    slug: "dora",
  });
  await expect(tokens.mint("dora", { expiresIn: "25h" })).rejects.toThrow("at most 24 hours");
  await expect(tokens.mint("dora", { expiresIn: "-1h" })).rejects.toThrow();
  await expect(tokens.mint("Not A Slug")).rejects.toThrow("not the slug");
});

type Claims = Record<string, unknown>;
type Header = { alg?: string; typ: string; [more: string]: unknown };

function sign(
  claims: Claims,
  key: Parameters<SignJWT["sign"]>[0] = SECRET,
  header: Header = { alg: "HS256", typ: "JWT" },
) {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header }).sign(key);
}

/** Any header over the good claims, with an HMAC that fits it. */
function withHeader(header: Header, signature?: string): string {
  const text = [header, GOOD]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${signature ?? createHmac("sha256", SECRET).update(text).digest("base64url")}`;
}

async function tampered(): Promise<string> {
  const [header, , signature] = (await sign(GOOD)).split(".");
  const claims = Buffer.from(JSON.stringify({ ...GOOD, sub: "ada" })).toString("base64url");
  return `${header}.${claims}.${signature}`;
}
