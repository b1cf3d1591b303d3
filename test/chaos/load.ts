import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Chance } from "./chance.ts";

/** A client that sends one arrival after another, each with a key of its own, and repeats each until it is answered. */
export type Load = {
  /** Keys that were sent at least once. */
  attempted: ReadonlySet<string>;
  /** Keys that were answered 200, with the id they were answered. */
  answered: ReadonlyMap<string, string>;
  /** How many answers were 503, or 409 because the first was under way, with Retry-After. */
  sentAway: () => number;
  /** Sends nothing new, and resolves when everything sent is answered. Throws when something never was. */
  finish: () => Promise<void>;
};

/** Every arrival is another person, in a country whose team has somebody who takes leads. */
export function startLoad(options: { url: string; chance: Chance; senders?: number }): Load {
  const { url, chance, senders = 12 } = options;
  const attempted = new Set<string>();
  const answered = new Map<string, string>();
  let sentAway = 0;
  let isFinishing = false;

  const attempt = async (key: string, body: string): Promise<boolean> => {
    attempted.add(key);
    const answer = await post(url, key, body);
    if (answer === null) return false;
    if (answer.status === 503 || answer.status === 409) {
      if (answer.retryAfter !== "1") throw new Error(`A ${answer.status} came without Retry-After.`);
      sentAway += 1;
      return false;
    }
    if (answer.status !== 200) throw new Error(`${key} was answered ${answer.status}.`);
    const before = answered.get(key) ?? answer.captureId;
    if (before !== answer.captureId) throw new Error(`${key} was answered two captures.`);
    answered.set(key, answer.captureId);
    return true;
  };

  const deliver = async (number: number) => {
    const key = `arrival-${number}`;
    const country = COUNTRIES[chance.below(COUNTRIES.length)];
    const body = JSON.stringify({ email: `person-${number}@chaos.example`, country });
    const deadline = performance.now() + PATIENCE_MS;
    // Some clients ask again before the first answer.
    const impatient = chance.oneIn(10) ? attempt(key, body) : Promise.resolve(true);
    const [first] = await Promise.all([attempt(key, body), impatient]);
    for (let isAnswered = first; !isAnswered; isAnswered = await attempt(key, body)) {
      if (performance.now() > deadline) throw new Error(`${key} was never answered.`);
      await pause(20 + chance.below(80));
    }
  };

  let number = 0;
  const send = async () => {
    while (!isFinishing) {
      number += 1;
      await deliver(number);
      await pause(chance.below(60));
    }
  };
  const sending = Promise.allSettled(Array.from({ length: senders }, send));

  return {
    attempted,
    answered,
    sentAway: () => sentAway,
    finish: async () => {
      isFinishing = true;
      for (const outcome of await sending) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
}

const COUNTRIES = ["DE", "FR", "GB", "US", "BR"];
const PATIENCE_MS = 120_000;
const REQUEST_MS = 30_000;

const Receipt = z.object({ captureId: z.uuid() });

/** Null when no whole answer came: nobody was there, the connection was cut, or it took too long. */
async function post(url: string, key: string, body: string) {
  const headers = { "idempotency-key": key, "content-type": "application/json" };
  const signal = AbortSignal.timeout(REQUEST_MS);
  let status = 0;
  let retryAfter: string | null = null;
  let answer: unknown;
  try {
    const response = await fetch(`${url}/capture/web-form`, { method: "POST", headers, body, signal });
    status = response.status;
    retryAfter = response.headers.get("retry-after");
    answer = await response.json();
  } catch {
    return null;
  }
  return { status, retryAfter, captureId: status === 200 ? Receipt.parse(answer).captureId : "" };
}
