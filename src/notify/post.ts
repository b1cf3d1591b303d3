import { lookup as resolve } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { retryAfter } from "../http/retry_after.ts";
import type { Reach } from "./addresses.ts";
import type { Reason } from "./channel.ts";

export type Posted = { status: number; after?: number } | { failure: Reason };

export type Post = (url: string, body: string, headers?: Readonly<Record<string, string>>) => Promise<Posted>;

export type PostOptions = { reach: Reach; timeoutMs?: number; lookup?: typeof resolve };

/**
 * One POST of JSON to a URL that is a secret: nothing of it, and nothing that the other side says, comes back. The
 * address is looked at inside the connection's own lookup, so that it cannot change between; no redirect is followed;
 * the whole takes 15 s at most. Plain http only to networks that are not public and were allowed.
 */
export function makePost({ reach, timeoutMs = 15_000, lookup = resolve }: PostOptions): Post {
  return async (text, body, headers = {}) => {
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
      response.on("error", () => {}).destroy(); // what it says is not ours to keep
      const after = retryAfter(response.headers["retry-after"], Date.now());
      return { status: response.statusCode ?? 0, ...(after === undefined ? {} : { after }) };
    } catch (error) {
      if (signal.aborted) return { failure: "timed_out" };
      return { failure: error instanceof BlockedError ? "blocked_address" : "unreachable" };
    }
  };
}

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
