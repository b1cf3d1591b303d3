import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096; // the server's own default

/**
 * What PostgreSQL stores for a password (RFC 5803), so that it can be set without being told. Null for passwords
 * beyond ASCII, which would have to be normalized first exactly as the server does.
 */
export function scramDigest(password: string, salt: Buffer = randomBytes(16)): string | null {
  if (!/^[\x20-\x7e]+$/.test(password)) return null;
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
