import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const FOLDER = fileURLToPath(new URL("../../../shared/payloads", import.meta.url));

/** Requests that others send to us; `outgoing-…` are those that we send. Empty where the samples are not. */
export const INBOUND = existsSync(FOLDER)
  ? globSync("*/*.request.json", { cwd: FOLDER })
      .filter((path) => !basename(path).startsWith("outgoing-"))
      .map((path) => path.replace(".request.json", ""))
      .sort()
  : [];

const Payload = z.object({
  signing: z
    .object({ secret: z.string().optional(), uri: z.string().optional(), clock: z.number().optional() })
    .default({}),
  request: z.object({
    method: z.string(),
    query: z.record(z.string(), z.string()).default({}),
    headers: z.record(z.string(), z.string()),
    rawBody: z.string().optional(),
  }),
  expect: z.object({
    status: z.number(),
    contentType: z.string().optional(),
    location: z.string().optional(),
    body: z.unknown().optional(),
  }),
});
export type Payload = z.infer<typeof Payload> & { name: string; slug: string };

export function readPayload(name: string): Payload {
  const payload = Payload.parse(JSON.parse(readFileSync(`${FOLDER}/${name}.request.json`, "utf8")));
  const folder = dirname(name);
  return { ...payload, name, slug: folder === "carriers" ? (basename(name).split("-")[0] ?? "") : folder };
}

const Answer = z.object({ body: z.record(z.string(), z.unknown()) });

/** What a vendor answers when it is asked. */
export function readAnswer(name: string): Record<string, unknown> {
  return Answer.parse(JSON.parse(readFileSync(`${FOLDER}/${name}.response.json`, "utf8"))).body;
}

/** What the vendor and we both know: told by a sample, or by what it shows. */
export function secretOf({ slug, signing }: Payload): (asked: string) => string | undefined {
  return (asked) => (asked === slug ? (signing.secret ?? SHOWN[slug]) : SHOWN[asked]);
}

const SHOWN: Record<string, string> = {
  "meta-verify-token": "meta-test-verify-token",
  "meta-access-token": "token",
  "linkedin-access-token": "token",
  "hubspot-access-token": "token",
  "google-ads": "google-test-key",
  pipedrive: "pd:test",
  segment: "segment-test-write-key",
  "salesforce-return-hosts": "www.example.com",
};

/** When a sample was signed, in milliseconds since 1970. */
export function clockOf({ signing, request: { headers } }: Payload): number {
  const seconds = signing.clock ?? /^t=(\d+)/.exec(headers["tiktok-signature"] ?? "")?.[1];
  return Number(headers["x-hubspot-request-timestamp"] ?? Number(seconds ?? 1_763_712_045) * 1_000);
}

/** The header that proves the sender, with one bit of its proof turned over: also bits that its encoding may ignore. */
export function flippedProofs({ request: { headers } }: Payload): Record<string, string>[] {
  const name = Object.keys(headers).findLast((one) => PROOF.test(one));
  const proof = name === undefined ? undefined : headers[name];
  if (name === undefined || proof === undefined) return [];
  const end = name === "webhook-signature" ? proof.indexOf(" ") : proof.length;
  const last = proof.slice(0, end).replace(/=+$/, "").length - 1;
  return [last, last - 8].map((at) => {
    const letter = ALPHABET[ALPHABET.indexOf(proof[at] ?? "") ^ 1] ?? "!";
    return { ...headers, [name]: proof.slice(0, at) + letter + proof.slice(at + 1) };
  });
}

const PROOF = /signature(?:-256|-v3)?$|hmac-sha256$|^authorization$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
