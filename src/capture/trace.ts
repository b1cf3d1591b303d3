import { randomFillSync } from "node:crypto";

/** The sender's trace when it names a valid one, else a new one. An invalid header is ignored, as W3C asks. */
export function traceIdOf(traceparent: string | string[] | undefined): string {
  if (typeof traceparent === "string") {
    const [, version, traceId, parentId, rest] = TRACEPARENT.exec(traceparent.trim()) ?? [];
    const isValid = version !== "ff" && (version !== "00" || rest === "") && parentId !== NO_PARENT;
    if (traceId !== undefined && traceId !== NO_TRACE && isValid) return traceId;
  }
  return newTraceId();
}

/** version-traceid-parentid-flags; versions after 00 may say more behind. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(|-.*)$/;
const NO_TRACE = "0".repeat(32);
const NO_PARENT = "0".repeat(16);

/** Asking the system for randomness 256 ids at a time is many times cheaper than once an id. */
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

export function newTraceId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.toString("hex", used - 16, used);
}
