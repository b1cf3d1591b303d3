import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether `header` is `sha256=<hex HMAC-SHA256(secret, bytes as they were sent)>`, compared in constant time. */
export function isSignedWith(secret: string, sent: Buffer, header: string | string[] | undefined): boolean {
  const claimed = typeof header === "string" ? SIGNATURE.exec(header.trim())?.[1] : undefined;
  if (claimed === undefined) return false;
  return timingSafeEqual(Buffer.from(claimed, "hex"), createHmac("sha256", secret).update(sent).digest());
}

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;
