import { lookup as resolve } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { retryAfter } from "../http/retry_after.ts";
import type { Reach } from "./addresses.ts";
import type { Reason } from "./channel.ts";

/** `isDenied`: what the answer says takes back its status. */
export type Posted = { status: number; after?: number; isDenied?: true } | { failure: Reason };

export type Post = (
  url: string,
  body: string,
  headers?: Readonly<Record<string, string>>,
  /** Of a receiver whose 2xx alone is no promise: whether the opening of its answer denies it. */
  denies?: (said: string) => boolean,
) => Promise<Posted>;

export type PostOptions = { reach: Reach; timeoutMs?: number; lookup?: typeof resolve };

/**
 * One POST of JSON to a URL that is a secret: nothing of it, and nothing that the other side says, comes back. The
 * address is looked at inside the connection's own lookup, so that it cannot change between; no redirect is followed;
 * the whole takes 15 s at most. Plain http only to networks that are not public and were allowed.
 */
export function makePost({ reach, timeoutMs = 15_000, lookup = resolve }: PostOptions): Post {
  return async (text, body, headers = {}, denies) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) return { failure: "not_set_up" };
    // Without encryption only inside.
    const mayReach = (address: string) =>
      url.protocol === "https:" ? reach(address) !== "blocked" : reach(address) === "inside";
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && !mayReach(host)) return { failure: "blocked_address" }; // nobody looks it up
    const request = url.protocol === "https:" ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(timeoutMs);
    const bytes = Buffer.from(body);
    try {
      const response = await new Promise<IncomingMessage>((answer, fail) => {
        request(url, {
          method: "POST",
          agent: false,
          lookup: guarded(lookup, mayReach),
          signal,
          headers: { ...headers, "content-type": "application/json", "content-length": bytes.length },
        })
          .on("response", answer)
          .on("error", fail)
          .end(bytes);
      });
      const isDenied = denies?.(await openingOf(response)) === true;
      response.on("error", () => {}).destroy(); // what it says is not ours to keep
      const after = retryAfter(response.headers["retry-after"], Date.now());
      return {
        status: response.statusCode ?? 0,
        ...(after === undefined ? {} : { after }),
        ...(isDenied && { isDenied }),
      };
    } catch (error) {
      if (signal.aborted) return { failure: "timed_out" };
      return { failure: error instanceof BlockedError ? "blocked_address" : "unreachable" };
    }
  };
}

/** What came of it, where it breaks off: the status stands. */
async function openingOf(response: IncomingMessage): Promise<string> {
  let said = "";
  try {
    for await (const part of response.setEncoding("utf8")) {
      said += part;
      if (said.length >= MOST_SAID) break;
    }
  } catch {}
  return said.slice(0, MOST_SAID);
}

const MOST_SAID = 1_000;

class BlockedError extends Error {}

/** Every address that a name has must be one that may be reached. */
function guarded(lookup: typeof resolve, mayReach: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error) return done(error, "");
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => mayReach(address)))
        return done(new BlockedError(), "");
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}
