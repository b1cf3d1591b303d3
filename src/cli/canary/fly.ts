import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { z } from "zod";
import { type Letter, PROTOCOLS } from "./compose.ts";
import { canaryDocument } from "./document.ts";
import type { CanaryPath } from "./paths.ts";

/** What became of one canary. `seconds` from sending until routed, or until it was given up. */
export type Flight = {
  path: string;
  result: "routed" | "failed" | "not possible";
  hasArrived: boolean;
  isJudged: boolean;
  isRouted: boolean;
  seconds: number;
  /** How it went, or why it did not. */
  detail: string;
  traceId: string | null;
};

export type Sky = {
  base: string;
  worker: Client;
  secretOf: (slug: string) => string | undefined;
  timeoutMs: number;
};

/** Sends a marked test arrival through the path over HTTP, and looks after it until it is routed. */
export async function fly(path: CanaryPath, sky: Sky): Promise<Flight> {
  const begun = performance.now();
  const flight = (result: Flight["result"], detail: string, found: Partial<Flight> = {}): Flight => ({
    path: path.slug,
    result,
    hasArrived: false,
    isJudged: false,
    isRouted: false,
    traceId: null,
    ...found,
    seconds: Math.round(performance.now() - begun) / 1_000,
    detail,
  });
  const letter = write(path, sky.secretOf(path.slug));
  if (typeof letter === "string") return flight("not possible", letter);
  const answer = await post(path, letter, sky);
  if ("refusal" in answer) return flight("failed", answer.refusal);

  const { traceId } = answer;
  for (;;) {
    const state = await stateOf(sky.worker, traceId);
    const isJudged = state !== undefined && state.status !== "pending";
    const isRouted = isJudged && state.decision !== null;
    const found = { hasArrived: state !== undefined, isJudged, isRouted, traceId };
    if (isRouted) return flight("routed", `${words(state.outcome)}, ${words(state.decision)}`, found);
    if (isJudged && !["lead_created", "touch_added"].includes(state.outcome ?? "")) {
      return flight("failed", `${state.status}: ${words(state.outcome)}`, found);
    }
    if (performance.now() - begun > sky.timeoutMs) {
      const reached = isJudged ? "was not routed" : found.hasArrived ? "is still pending" : "is not there";
      return flight("failed", `${reached} after ${sky.timeoutMs / 1_000} s: is a worker alive?`, found);
    }
    await pause(POLL_MS);
  }
}

const POLL_MS = 50;

/** A text says why nobody can write to this path. */
function write(path: CanaryPath, secret: string | undefined): Letter | string {
  const mark = randomBytes(12).toString("hex");
  const protocol = PROTOCOLS[path.protocol] ?? "nobody has taught the canary this protocol";
  if (typeof protocol === "string") return `not over ${path.protocol}: ${protocol}`;
  if (path.requiresKey) return "the path asks for an API key, and keys are shown once, to their holder";
  const needsSecret =
    path.requiresSignature || ["standard-webhooks", "segment", "google-ads"].includes(path.protocol);
  if (needsSecret && secret === undefined) return "the path's secret is not known here";
  const said = canaryDocument(path, mark);
  if (said === undefined) {
    return path.contract.examples.accept.length === 0
      ? "its contract has no example, and refuses the least that one could send"
      : "its contract refuses its own first example with the canary's id or address in it";
  }
  const letter = protocol({ ...said, mark, secret, now: Date.now() });
  const isOwn = path.requiresSignature && ["json", "cloudevents"].includes(path.protocol);
  if (!isOwn || secret === undefined) return letter;
  const signature = createHmac("sha256", secret).update(letter.body).digest("hex");
  return { ...letter, headers: { ...letter.headers, "x-catchment-signature": `sha256=${signature}` } };
}

type Answer = { traceId: string } | { refusal: string };

/** The trace is ours, so it is known also where a protocol's own answer tells nothing. */
async function post(
  { slug }: CanaryPath,
  { headers, body }: Letter,
  { base, timeoutMs }: Sky,
): Promise<Answer> {
  const traceId = randomBytes(16).toString("hex");
  try {
    const response = await fetch(`${base}/capture/${slug}`, {
      method: "POST",
      headers: {
        ...headers,
        "x-catchment-test": "true",
        traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01`,
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const said = Said.safeParse(await response.json().catch(() => ({}))).data;
    if (response.status < 400) return { traceId };
    return {
      refusal: `the door refused it: ${response.status} ${said?.type?.split(":").at(-1) ?? ""}`.trim(),
    };
  } catch {
    return { refusal: `nobody answers at ${base}` };
  }
}

/** A problem document of the door. */
const Said = z.object({ type: z.string().optional() });

type State = { status: string; outcome: string | null; decision: string | null };

async function stateOf(worker: Client, traceId: string): Promise<State | undefined> {
  const { rows } = await worker.query<State>(STATE, [traceId]);
  return rows[0];
}

const STATE = `
  select captures.status, captures.outcome,
         (select decisions.action from app_public.decisions
           where decisions.lead_id = captures.lead_id and decisions.trace_id = captures.trace_id limit 1) as decision
    from app_public.captures where captures.trace_id = $1 and captures.is_test
   order by captures.part_of is null, captures.id limit 1`;

function words(name: string | null): string {
  return (name ?? "").replaceAll("_", " ");
}
