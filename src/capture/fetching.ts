import { sourceOf } from "./sources/registry.ts";
import type { Event, Fetched, Source, Vendor } from "./sources/source.ts";

/** A thin arrival as claim_fetches answers it. */
export type WaitingCapture = {
  id: string;
  path_slug: string;
  protocol: string;
  content_type: string | null;
  headers: Record<string, string> | null;
  body: Buffer;
  part_of: string | null;
};

export type FetchingOptions = {
  /** Of a path, or of `<path>-<name>`. */
  pathSecret: (slug: string) => string | undefined;
  vendorUrl: (slug: string) => string | undefined;
  log: (line: string) => void;
  timeoutMs?: number;
};

/** As record_fetch takes it. `wasAsked`: false when the vendor was spared the question. */
export type Told = Fetched & { wasAsked?: false };

export type Fetching = {
  /** Tells `record` of each as soon as it is known. After `stop` of none: they come back by themselves. */
  ask: (captures: readonly WaitingCapture[], record: RecordTold) => Promise<void>;
  stop: () => void;
};

type RecordTold = (id: string, told: Told) => Promise<void>;

/**
 * Asks vendors about thin arrivals, a few at a time. A path whose vendor says when to come back rests until then:
 * its others are put off without a question.
 */
export function makeFetching(options: FetchingOptions): Fetching {
  const stopping = new AbortController();
  const rests = new Map<string, { until: number; reason: string }>();

  const tellOf = async (capture: WaitingCapture): Promise<Told> => {
    const rest = rests.get(capture.path_slug);
    const seconds = rest === undefined ? 0 : Math.ceil((rest.until - performance.now()) / 1_000);
    if (rest !== undefined && seconds > 0) {
      return { outcome: "later", reason: rest.reason, afterSeconds: seconds, wasAsked: false };
    }
    const told = await askOne(capture, options, stopping.signal);
    if (told.outcome === "later" && told.afterSeconds !== undefined) {
      const until = performance.now() + told.afterSeconds * 1_000;
      rests.set(capture.path_slug, { until, reason: told.reason });
    }
    return told;
  };

  return {
    ask: async (captures, record) => {
      const waiting = [...captures];
      let recording = Promise.resolve(); // one after the other: a connection is enough
      const lane = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const told = stopping.signal.aborted ? undefined : await tellOf(next);
          if (told === undefined || stopping.signal.aborted) continue;
          const { id } = next;
          recording = recording.then(() => record(id, told));
          await recording;
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
    stop: () => stopping.abort(),
  };
}

/** Vendors count calls by the second; four at a time stay below what they grant, and a silent one holds up no more. */
const LANES = 4;
const TIMEOUT_MS = 10_000;

async function askOne(capture: WaitingCapture, options: FetchingOptions, stop: AbortSignal): Promise<Told> {
  const source = sourceOf(capture.protocol);
  if (source.fetch === undefined)
    return { outcome: "never", reason: "nobody can be asked about such an arrival" };
  try {
    return await source.fetch(eventOf(capture, source), vendorOf(capture.path_slug, options, stop));
  } catch (error) {
    options.log(
      `capture ${capture.id}: asking its vendor failed with ${error instanceof Error ? error.name : "an error"}`,
    );
    return { outcome: "later", reason: "asking the vendor failed" };
  }
}

/** How a path's vendor is asked: here and where a path is reconciled. `stop` ends every question. */
export function vendorOf(
  slug: string,
  { pathSecret, vendorUrl, timeoutMs = TIMEOUT_MS }: Omit<FetchingOptions, "log">,
  stop: AbortSignal,
): Vendor {
  return {
    baseUrl: vendorUrl(slug),
    secrets: (name) => pathSecret(name === undefined ? slug : `${slug}-${name}`),
    fetch,
    signal: () => AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
  };
}

/** A whole request that told of one thing reads like its only part. */
function eventOf(capture: WaitingCapture, source: Source): Event {
  const event = { body: capture.body, contentType: capture.content_type, headers: capture.headers ?? {} };
  return (capture.part_of === null ? source.split?.(event)?.[0] : undefined) ?? event;
}
