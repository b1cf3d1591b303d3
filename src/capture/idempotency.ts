import { createHash } from "node:crypto";

/** What a client may send as its Idempotency-Key; it cannot be taken for one of the keys made here. */
export function isUsableKey(key: string): boolean {
  return CLIENT_KEY.test(key);
}

/** Under which a vendor's event is known. A reconciliation that finds it by another road must use the same. */
export function eventKey(vendorsKey: string): string {
  return PLAIN_KEY.test(vendorsKey) ? `event:${vendorsKey}` : `event:${sha256(vendorsKey)}`;
}

/** Under which a request with several events is known. */
export function wholeKey(body: Buffer): string {
  return `whole:${sha256(body)}`;
}

/** Under which an event is known that its sender gave no key, by its place in the request. */
export function partKey(wholeId: string, position: number): string {
  return `part:${wholeId}:${position}`;
}

const CLIENT_KEY = /^(?!(?:event|whole|part|erased):)[\x20-\x7e]{1,255}$/;
/** Fits into 255 characters behind its prefix, and into Postgres. */
const PLAIN_KEY = /^[\x20-\x7e]{1,249}$/;

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
