import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Event, Request, Secrets, Source } from "../../src/capture/sources/source.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/payloads", import.meta.url));

/** Whether the samples are beside this checkout; tests that need them are skipped elsewhere. */
export const HAS_SAMPLES = existsSync(FOLDER);

const Sample = z.object({
  signing: z.object({ secret: z.string().optional(), uri: z.string().optional() }).default({}),
  request: z.object({
    method: z.string(),
    path: z.string(),
    query: z.record(z.string(), z.string()).default({}),
    headers: z.record(z.string(), z.string()),
    rawBody: z.string().default(""),
  }),
});

const Answers = z.record(z.string(), z.unknown());

export type SampleRequest = { request: Request; event: Event; secrets: Secrets };

/** A sample request, as the door of a source gives it to that source. */
export function sampleRequest(source: Source, name: string): SampleRequest {
  const { signing, request } = Sample.parse(
    JSON.parse(readFileSync(`${FOLDER}/${name}.request.json`, "utf8")),
  );
  const query = new URLSearchParams(request.query).toString();
  const body = Buffer.from(request.rawBody);
  const made: Request = {
    method: request.method,
    target: query === "" ? request.path : `${request.path}?${query}`,
    headers: request.headers,
    sent: body,
    body,
    publicUrl: signing.uri ?? "https://leads.example.com/hooks",
    now: 1_763_712_045_200,
  };
  return {
    request: made,
    event: eventOf(source, made),
    secrets: (secret) => (secret === undefined ? signing.secret : undefined),
  };
}

/** The event that a whole request is. */
export function eventOf({ keeps = [] }: Source, { headers, body }: Request): Event {
  const kept = keeps.flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return { body, contentType: headers["content-type"] ?? null, headers: Object.fromEntries(kept) };
}

/** A file of answers to a question, or one of its exchanges. */
export function sampleAnswers(name: string): Record<string, unknown> {
  return Answers.parse(JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")));
}

/** An event that a test writes by hand. */
export function jsonEvent(document: unknown, headers: Record<string, string> = {}): Event {
  return { body: Buffer.from(JSON.stringify(document)), contentType: "application/json", headers };
}

/** The same request after somebody on the way changed its last letter. */
export function tampered(request: Request): Request {
  const sent = Buffer.from(request.sent);
  sent[sent.length - 2] = (sent[sent.length - 2] ?? 0) ^ 1;
  return { ...request, sent, body: sent };
}

/** As a capture keeps it: through JSON and the database. */
export function asKept(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}
