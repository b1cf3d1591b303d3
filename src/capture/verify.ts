import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Request, Secrets, Verdict } from "./sources/source.ts";

export type Verify = (request: Request, secrets: Secrets) => Verdict;

export type HmacOptions = {
  /** Lower case: where the signature stands, unless `claims` finds it. */
  header: string;
  encoding: "hex" | "base64";
  algorithm?: "sha256" | "sha1";
  /** What stands before the signature in its header, as `sha256=`. */
  prefix?: string;
  /** Name of the secret (`Secrets`); the path's own when it is left out. */
  secret?: string;
  /** The key that a secret stands for. */
  key?: (secret: string) => string | Buffer;
  /** The secret is hashed in front of what is signed: plain SHA, as some did before HMAC. */
  isPlainHash?: boolean;
  /** What is signed, in order; the body as it was sent when it is left out. Undefined: the request lacks a part of it. */
  signed?: (request: Request) => readonly (string | Buffer)[] | undefined;
  /** The signatures that the request claims, of which one must be right. */
  claims?: (request: Request) => readonly string[];
  /** When it was signed, in milliseconds since 1970 (NaN: unreadable), and how far that may lie from now, both ways. */
  window?: { signedAt: (request: Request) => number; toleranceMs: number };
};

/** Whether a request carries a signature that only somebody with the secret can make; `stale` only when it is right. */
export function hmacSignature(options: HmacOptions): Verify {
  const { encoding, window } = options;
  return (request, secrets) => {
    const secret = secrets(options.secret);
    if (secret === undefined) return "no secret";
    const parts = options.signed === undefined ? [request.sent] : options.signed(request);
    const claims = options.claims?.(request) ?? claimOf(request, options);
    if (parts === undefined || claims.length === 0) return "wrong";
    const expected = digest(options, secret, parts).toString(encoding);
    // Every claim is looked at, and as text: bytes decoded from base64 would forgive flipped bits in its last digit.
    let isRight = false;
    for (const claim of claims.slice(0, MOST_CLAIMS)) {
      const isThis = isSame(encoding === "hex" ? claim.toLowerCase() : claim, expected);
      isRight ||= isThis;
    }
    if (!isRight) return "wrong";
    return window === undefined || isNear(window.signedAt(request), request.now, window.toleranceMs)
      ? "right"
      : "stale";
  };
}

/** HTTP Basic. `credentials` makes `user:password` of the secret; the secret itself when it is left out. */
export function basicAuth({ credentials = same, ...named }: BasicOptions = {}): Verify {
  return sharedKey({ ...named, expected: credentials, find: basicCredentials });
}

export type BasicOptions = { secret?: string; credentials?: (secret: string) => string };

export type SharedKeyOptions = {
  secret?: string;
  /** What a request must show, made of the secret; the secret itself when it is left out. */
  expected?: (secret: string) => string;
  /** What the request shows: in a header, the query or the body. */
  find: (request: Request) => string | undefined;
};

/** A secret that is sent along as it is. */
export function sharedKey({ secret: name, expected = same, find }: SharedKeyOptions): Verify {
  return (request, secrets) => {
    const secret = secrets(name);
    if (secret === undefined) return "no secret";
    const shown = find(request);
    return shown !== undefined && isSame(shown, expected(secret)) ? "right" : "wrong";
  };
}

/** `user:password` of an Authorization header. Base64 that says the same with other digits at its end is none. */
export function basicCredentials({ headers }: Pick<Request, "headers">): string | undefined {
  const [scheme, encoded] = headers.authorization?.split(" ", 2) ?? [];
  if (scheme?.toLowerCase() !== "basic" || encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, "base64");
  return credentials.toString("base64") === encoded ? credentials.toString("utf8") : undefined;
}

/** In constant time whatever the lengths: hashes are compared. */
export function isSame(shown: string, expected: string): boolean {
  return timingSafeEqual(sha256(shown), sha256(expected));
}

/** One value of a header; several under one name are none. */
export function headerOf({ headers }: Pick<Request, "headers">, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Senders name two or three during a rotation; more would only cost time. */
const MOST_CLAIMS = 10;

function claimOf(request: Request, { header, prefix = "" }: HmacOptions): string[] {
  const value = headerOf(request, header)?.trim();
  return value?.startsWith(prefix) ? [value.slice(prefix.length)] : [];
}

function digest(options: HmacOptions, secret: string, parts: readonly (string | Buffer)[]): Buffer {
  const { algorithm = "sha256", isPlainHash = false, key = same } = options;
  const hash = isPlainHash ? createHash(algorithm).update(key(secret)) : createHmac(algorithm, key(secret));
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function isNear(signedAt: number, now: number, toleranceMs: number): boolean {
  return Math.abs(now - signedAt) <= toleranceMs; // false for NaN
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function same(secret: string): string {
  return secret;
}
