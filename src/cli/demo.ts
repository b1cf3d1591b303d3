import { findDatabase } from "../postgres/instance.ts";
import { configure } from "./configuration.ts";
import { inventArrivals } from "./demo/arrivals.ts";
import { type Outcome, waitForOutcomes } from "./demo/outcomes.ts";
import { type Sent, sendAll } from "./demo/send.ts";
import { findAddress } from "./find_running.ts";
import { EXIT, misused } from "./outcome.ts";
import { note, say, sayJson, table } from "./output.ts";
import { makeProgress } from "./progress.ts";

/**
 * Sends invented arrivals through the doors of the running instance, and tells what became of each. Without a seed
 * every call sends others; with the same seed the same, under the same keys.
 */
export async function demo(options: {
  count: string;
  rate: string;
  seed?: string;
  url?: string;
  json?: true;
}): Promise<void> {
  const config = configure();
  const count = wholeNumber("--count", options.count, 100_000);
  const rate = wholeNumber("--rate", options.rate, 10_000);
  const seed = wholeNumber("--seed", options.seed ?? String(1 + (Date.now() % 999_983)), 4_294_967_295);
  const base = options.url?.replace(/\/+$/, "") ?? (await findAddress(config));
  const secret = config.pathSecret("partner-feed");
  if (secret === undefined) note("partner-feed is left out: CATCHMENT_SECRET_PARTNER_FEED is not set here.");

  const arrivals = inventArrivals({ count, seed, hasPartner: secret !== undefined });
  const progress = makeProgress(count);
  const onSent = (done: number) => progress.update(done, `${done} of ${count} sent`);
  const begun = performance.now();
  const sent = await sendAll({ base, arrivals, rate, secret, onSent }).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1_000;
  const urls = await findDatabase(config);
  const captureIds = [...new Set(sent.flatMap(({ captureId }) => captureId ?? []))];
  const outcomes = urls === null ? [] : await waitForOutcomes(urls, captureIds);
  if (outcomes.some(({ outcome }) => outcome === "pending")) process.exitCode = EXIT.failed;
  if (options.json) sayJson({ seed, answers: countAnswers(sent), outcomes });
  else for (const line of describe({ sent, outcomes, seed, seconds, base })) say(line);
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw misused(`${option} ${text} is not a whole number from 1 to ${most}.`);
}

type Answers = { kind: string; answer: string; count: number }[];

function countAnswers(sent: Sent[]): Answers {
  const counts = new Map<string, Answers[number]>();
  for (const { arrival, answer } of sent) {
    const { kind } = arrival;
    const known = counts.get(`${kind} ${answer}`) ?? { kind, answer, count: 0 };
    counts.set(`${kind} ${answer}`, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((left, right) => right.count - left.count);
}

type Report = { sent: Sent[]; outcomes: Outcome[]; seed: number; seconds: number; base: string };

function describe({ sent, outcomes, seed, seconds, base }: Report): string[] {
  const isRepeat = sent.every(({ answer }) => answer !== "stored");
  const waiting = outcomes.some(({ outcome }) => outcome === "pending");
  return [
    `${sent.length} arrivals to ${base} in ${seconds.toFixed(1)} s, seed ${seed}`,
    "What was sent, and the door's answer",
    ...table(countAnswers(sent).map(({ kind, answer, count }) => [`  ${kind}`, answer, count])),
    ...(outcomes.length > 0 ? ["What became of it"] : []),
    ...table(outcomes.map(({ path, outcome, count }) => [`  ${path}`, outcome, count])),
    ...(sent.some(({ answer }) => answer.endsWith("path-not-ready"))
      ? [
          "The running instance has no secret for partner-feed: start it with CATCHMENT_SECRET_PARTNER_FEED too.",
        ]
      : []),
    ...(waiting ? ["Some are still pending: is a worker alive? `npx catchment doctor` knows."] : []),
    isRepeat
      ? "Nothing was added: these were sent before. Another --seed sends others."
      : `\`npx catchment demo --seed ${seed}\` sends the same again, and adds nothing.`,
  ];
}
