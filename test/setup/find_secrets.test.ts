import { expect, test } from "vitest";
import { findSecrets } from "../../src/setup/find_secrets.ts";
import { acmeWith, problemsOf } from "./folder_of.ts";

const HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

test.each([
  ["a key that says so", { capture_paths: [{ secret: "hush" }] }],
  ["a key that ends so", { capture_paths: [{ verify_token: "hush" }] }],
  ["a number under such a key", { capture_paths: [{ password: 12345678 }] }],
  ["the form of Standard Webhooks", { anything: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }],
  ["the form of our API keys", { name: "ck_a1b2c3d4_ZmFrZS1rZXktb2YtdGhlLXRlc3Rz" }],
  ["the form of Stripe", ["sk_live_4eC39HqLyjWDarjtT1zdp7dc"]],
  ["a login in a URL", { name: "postgres://ada:hush@db.example/leads" }],
  ["hex among the constants", { contract: { constants: { content: HEX } } }],
  [
    "base64 among the constants",
    { contract: { constants: { content: "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdA==" } } },
  ],
  [
    "a real one in an example",
    { examples: { accept: [{ text: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }] } },
  ],
])("%s is found, with its place and without its value", (_what, document) => {
  const [finding, ...others] = findSecrets(document);
  expect(others).toEqual([]);
  expect(finding?.path.length).toBeGreaterThan(0);
  expect(finding?.message).toMatch(/^looks like a secret, .*CATCHMENT_SECRET_<PATH>.*catchment secrets set/);
  for (const value of ["hush", "whsec", "sk_live", HEX]) expect(finding?.message).not.toContain(value);
});

test.each([
  ["a field of a schema", { schema: { properties: { token: { type: "string", description: "secret" } } } }],
  ["an example's own key", { examples: { accept: [{ token: "invented", id: HEX }] } }],
  ["where a key lies", { mapping: { external_id: "token" } }],
  ["a switch", { requires_key: true, requires_signature: true }],
  ["a long word", { constants: { campaign: "donaudampfschifffahrtsgesellschaft-autumn" } }],
  ["a sentence", { name: "The secret garden, chapter 1, of the year 2026, and the password" }],
])("%s is none", (_what, document) => {
  expect(findSecrets(document)).toEqual([]);
});

test("a folder with one is refused where it stands, once", async () => {
  const folder = await acmeWith(
    "capture_paths.yaml",
    "    requires_signature: true\n",
    "    requires_signature: true\n    secret: hush\n",
  );
  const problems = await problemsOf(folder);
  expect(problems).toEqual([expect.stringMatching(/^capture_paths\.yaml:\d+: secret: looks like a secret/)]);
});
