import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { refused } from "../outcome.ts";
import type { DemoArrival } from "./arrivals.ts";

/** `answer`: stored, known, or the door's refusal as "404 unknown-path". */
export type Sent = { arrival: DemoArrival; answer: string; captureId: string | null };

/** Sends in order, `rate` a second at most and so many under way at once, as one client with patience would. */
export async function sendAll(options: {
  base: string;
  arrivals: DemoArrival[];
  rate: number;
  secret: string | undefined;
  onSent: (count: number) => void;
}): Promise<Sent[]> {
  const { arrivals, rate, onSent } = options;
  const begun = performance.now();
  const sent: Sent[] = [];
  let next = 0;
  const client = async () => {
    for (let position = next++; position < arrivals.length; position = next++) {
      const arrival = arrivals[position];
      if (arrival === undefined) return;
      const early = begun + (position * 1_000) / rate - performance.now();
      if (early > 0) await pause(early);
      sent.push(await send(arrival, options));
      onSent(sent.length);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return sent;
}

const CLIENTS = 20;

type Target = { base: string; secret: string | undefined };

/** The same key again after "not now", so that nothing is there twice. */
async function send(arrival: DemoArrival, { base, secret }: Target): Promise<Sent> {
  for (let trial = 1; ; trial += 1) {
    const response = await post(arrival, base, secret);
    const answer = Answer.parse(await response.json().catch(() => ({})));
    const mayPass = [409, 429, 503].includes(response.status) && slugOf(answer) !== "path-not-ready";
    if (mayPass && trial < TRIALS) {
      await pause(1_000 * Number(response.headers.get("retry-after") ?? "1"));
      continue;
    }
    const { captureId = null, status } = answer;
    if (!response.ok) return { arrival, answer: `${response.status} ${slugOf(answer)}`, captureId: null };
    return { arrival, answer: status === "known" ? "known" : "stored", captureId };
  }
}

/** Of the door: a receipt, or a problem document. */
const Answer = z.object({
  captureId: z.string().optional(),
  status: z.union([z.string(), z.number()]).optional(),
  type: z.string().optional(),
});

const TRIALS = 10;

async function post(arrival: DemoArrival, base: string, secret: string | undefined): Promise<Response> {
  const { path, key, body, isSigned } = arrival;
  const signature =
    isSigned && secret !== undefined ? createHmac("sha256", secret).update(body).digest("hex") : undefined;
  try {
    return await fetch(`${base}/capture/${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": key,
        ...(signature === undefined ? {} : { "x-catchment-signature": `sha256=${signature}` }),
      },
      body,
    });
  } catch {
    throw refused(`Nobody answers at ${base}. Start Catchment with \`npx catchment start\`.`);
  }
}

/** `urn:catchment:problem:unknown-path` */
function slugOf({ type }: z.infer<typeof Answer>): string {
  return type?.split(":").at(-1) ?? "";
}
