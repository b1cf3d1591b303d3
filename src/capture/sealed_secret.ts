import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { deriveSecret } from "../postgres/role_urls.ts";

/** As it is stored. Whoever has the database alone learns its length and nothing else. */
export type SealedSecret = { slug: string; name: string; ciphertext: Buffer; keyId: string };

/**
 * AES-256-GCM under a key derived from the installation's. Path and name are sealed in: a row that is moved to another
 * path does not open there. 12 bytes of nonce, 16 of tag, then the text.
 */
export function sealSecret(key: string, place: { slug: string; name: string }, text: string): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, cipherKey(key), nonce);
  cipher.setAAD(placeOf(place));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return { ...place, ciphertext: Buffer.concat([nonce, cipher.getAuthTag(), sealed]), keyId: keyIdOf(key) };
}

/** Null: it was sealed with another key, for another place, or is damaged. */
export function openSecret(key: string, sealed: SealedSecret): string | null {
  const { ciphertext } = sealed;
  if (ciphertext.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, cipherKey(key), ciphertext.subarray(0, NONCE_BYTES));
  decipher.setAAD(placeOf(sealed));
  decipher.setAuthTag(ciphertext.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = [decipher.update(ciphertext.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(text).toString("utf8");
  } catch {
    return null;
  }
}

/** Tells one key from another and nothing about either. */
export function keyIdOf(key: string): string {
  return deriveSecret(key, "name of the key of path secrets").slice(0, 12);
}

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function cipherKey(key: string): Buffer {
  return Buffer.from(
    hkdfSync("sha256", deriveSecret(key, "key of path secrets"), "", "catchment path secrets", 32),
  );
}

function placeOf({ slug, name }: { slug: string; name: string }): Buffer {
  return Buffer.from(`${slug}\n${name}`); // neither can hold a line end
}
