import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { deriveSecret } from "../postgres/role_urls.ts";

export type AuditKeys = { privateKey: KeyObject; publicKey: KeyObject };

/** The Ed25519 pair that follows from a secret text: CATCHMENT_AUDIT_KEY, else the key of the installation. */
export function auditKeys(secret: string): AuditKeys {
  const seed = Buffer.from(deriveSecret(secret, "audit checkpoints"), "base64url");
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** For whoever verifies without the secret. */
export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ format: "pem", type: "spki" }).toString();
}

/** By what a checkpoint tells which key signed it: the beginning of a digest of the public key. */
export function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: "der", type: "spki" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
}

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
