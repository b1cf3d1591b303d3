import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { doubtOf } from "../../src/capture/authenticity.ts";
import { refusals } from "../../src/capture/refusals.ts";
import { sourceOf } from "../../src/capture/sources/registry.ts";
import type { Request } from "../../src/capture/sources/source.ts";
import { PROOFS } from "./prove.ts";

const BODY = Buffer.from("{}");
const door = { requiresSignature: true };

function own(secret: string): Request["headers"] {
  return { "x-catchment-signature": `sha256=${createHmac("sha256", secret).update(BODY).digest("hex")}` };
}

function doubt(protocol: string, headers: Request["headers"], secrets: Record<string, string>) {
  const request = { method: "POST", target: "", headers, sent: BODY, body: BODY, publicUrl: "", now: 0 };
  return doubtOf(door, sourceOf(protocol), request, (name = "") => secrets[name]);
}

test("while a secret is changed, what was signed with the previous one is let in; afterwards no more", () => {
  const rotating = { "": "new", previous: "hush" };
  for (const secret of ["new", "hush"]) expect(doubt("json", own(secret), rotating)).toBeUndefined();
  expect(doubt("json", own("other"), rotating)).toBe(refusals.badSignature);
  expect(doubt("json", own("hush"), { "": "new" })).toBe(refusals.badSignature);
});

test.each(["typeform", "linkedin", "shopify", "pipedrive", "segment"])(
  "%s, with a proof of its own, is asked the same way",
  (protocol) => {
    const proof = PROOFS[protocol]?.(BODY, 0) ?? {};
    expect(doubt(protocol, proof, { "": "new", previous: "hush" })).toBeUndefined();
    expect(doubt(protocol, proof, { "": "new", previous: "other" })).toBe(refusals.notFromSender);
    expect(doubt(protocol, proof, { previous: "hush" })).toBe(refusals.noSecret);
  },
);
