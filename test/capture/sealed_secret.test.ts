import { expect, test } from "vitest";
import { keyIdOf, openSecret, sealSecret } from "../../src/capture/sealed_secret.ts";

const KEY = "a key of the tests, at least 32 characters";
const PLACE = { slug: "meta", name: "access-token" };

test("what was sealed opens with the same key in the same place, and shows nothing of itself", () => {
  const sealed = sealSecret(KEY, PLACE, "s3cret, and ünïcode");
  expect(openSecret(KEY, sealed)).toBe("s3cret, and ünïcode");
  expect(sealed.ciphertext.toString("latin1")).not.toContain("s3cret");
  expect(sealed.keyId).toBe(keyIdOf(KEY));
});

test("the same twice looks different", () => {
  const [one, other] = [sealSecret(KEY, PLACE, "same"), sealSecret(KEY, PLACE, "same")];
  expect(one.ciphertext.equals(other.ciphertext)).toBe(false);
});

test("another key, another path, another name, a flipped bit, a cut: none opens", () => {
  const sealed = sealSecret(KEY, PLACE, "s3cret");
  const flipped = Buffer.from(sealed.ciphertext);
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  expect(openSecret(`${KEY}, another`, sealed)).toBeNull();
  expect(openSecret(KEY, { ...sealed, slug: "tiktok" })).toBeNull();
  expect(openSecret(KEY, { ...sealed, name: "" })).toBeNull();
  expect(openSecret(KEY, { ...sealed, ciphertext: flipped })).toBeNull();
  expect(openSecret(KEY, { ...sealed, ciphertext: sealed.ciphertext.subarray(0, 20) })).toBeNull();
});
