import { jwtVerify, SignJWT } from "jose";
import { deriveSecret } from "../postgres/role_urls.ts";

export type Tokens = {
  /** `expiresIn` as jose reads it ("30m", "12h"); at most 24 hours. */
  mint: (slug: string, options?: { expiresIn?: string }) => Promise<string>;
  /**
   * The slug of the actor, and until when in milliseconds since 1970. Throws for any token that this installation did not
   * mint, or that is past its time.
   */
  verify: (token: string) => Promise<{ slug: string; expiresAt: number }>;
};

/**
 * Tokens say who asks and nothing else: roles come from memberships. One program mints and verifies, so the key is a
 * shared one (HS256), derived from the installation's key; the algorithm is fixed here and never read from a token.
 */
export function makeTokens(key: string): Tokens {
  const secret = new TextEncoder().encode(deriveSecret(key, "signing of tokens"));
  return {
    async mint(slug, { expiresIn = "12h" } = {}) {
      if (!SLUG.test(slug)) throw new Error(`"${slug}" is not the slug of an actor.`);
      const token = await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setIssuer(NAME)
        .setAudience(NAME)
        .setSubject(slug)
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(secret);
      const { payload } = await jwtVerify(token, secret, { clockTolerance: 1 });
      const lifetime = (payload.exp ?? 0) - (payload.iat ?? 0);
      if (lifetime <= 0 || lifetime > MAX_AGE_SECONDS) {
        throw new Error(`A token lives at most 24 hours, not ${expiresIn}: mint another one later.`);
      }
      return token;
    },
    async verify(token) {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: [ALGORITHM],
        typ: "JWT",
        issuer: NAME,
        audience: NAME,
        maxTokenAge: MAX_AGE_SECONDS,
        requiredClaims: ["sub", "iat", "exp"],
      });
      const { sub, exp = 0 } = payload;
      if (typeof sub !== "string" || !SLUG.test(sub)) throw new Error("The subject is not a slug.");
      return { slug: sub, expiresAt: exp * 1_000 };
    },
  };
}

const ALGORITHM = "HS256";
const NAME = "catchment";
const MAX_AGE_SECONDS = 24 * 60 * 60;

/** As app_public.actors has it; keeps anything else away from the database. */
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;
