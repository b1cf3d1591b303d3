import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";

/** Whom a provider of identities vouches for. What they may do is no business of it: that stands in memberships. */
export type SignedIn = { subject: string; email: string | null; expiresAt: number };

export type SignIn = {
  issuer: string;
  /** Throws ProviderAway when nobody can tell, and anything else for a token that is not good. */
  verify: (token: string) => Promise<SignedIn>;
};

export type SignInOptions = {
  issuer: string;
  audience: string;
  algorithms: string[];
  maxAgeSeconds: number;
  trustsEmail: boolean;
  /** The keys are fetched again for one that is unknown, at most so often. */
  cooldownMs?: number;
};

/** The token may be good: the provider does not answer, and nothing it said before is fresh enough to judge by. */
export class ProviderAway extends Error {}

/**
 * Tokens of one provider (OpenID Connect), by its published keys. Issuer, audience, algorithms and age are fixed by the
 * installation; of the token's header only the name of the key counts, and only among the keys of that provider.
 */
export function makeSignIn(options: SignInOptions): SignIn {
  const { issuer, audience, algorithms, maxAgeSeconds, trustsEmail, cooldownMs = 10_000 } = options;
  let discovered: Promise<JWTVerifyGetKey> | null = null;

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const response = await fetch(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, {
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const about = Discovery.parse(await response.json());
    if (about.issuer !== issuer) throw new Error(`It calls itself ${about.issuer}.`);
    return createRemoteJWKSet(new URL(about.jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_FRESH_MS,
    });
  };

  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      discovered ??= discover();
      const keys = await discovered.catch((error) => {
        discovered = null;
        throw error;
      });
      return await keys(header, token);
    } catch (cause) {
      if (OF_THE_TOKEN.some((kind) => cause instanceof kind)) throw cause;
      throw new ProviderAway(`${issuer} does not give its keys.`, { cause });
    }
  };

  return {
    issuer,
    verify: async (token) => {
      const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
        algorithms,
        issuer,
        audience,
        maxTokenAge: maxAgeSeconds,
        requiredClaims: ["sub", "iat", "exp"],
      });
      if (!TYPES.includes(protectedHeader.typ?.toLowerCase())) throw new Error("A token for something else.");
      const { sub, iat, exp } = Claims.parse(payload);
      const expiresAt = Math.min(exp, iat + maxAgeSeconds) * 1_000;
      return { subject: sub, email: trustsEmail ? verifiedEmail(payload) : null, expiresAt };
    },
  };
}

/** An address that the person merely typed is nobody's. */
function verifiedEmail({ email, email_verified }: JWTPayload): string | null {
  return email_verified === true && typeof email === "string" && EMAIL.test(email) ? email : null;
}

const TYPES: (string | undefined)[] = [undefined, "jwt", "at+jwt", "application/at+jwt"];
const OF_THE_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
/** What OpenID Connect allows as a subject; the database may hold it. */
const Claims = z.object({ sub: z.string().regex(/^[\x20-\x7e]{1,255}$/), iat: z.number(), exp: z.number() });
const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,255}$/u;

const TIMEOUT_MS = 5_000;
/** A key that the provider withdrew counts for so long at most; it may be away for as long. */
const KEYS_FRESH_MS = 300_000;
