import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { Served } from "./serve.ts";

export type Followed<Event> = {
  /** What came, in order; that all must be read again only where it came first. */
  events: Event[];
  /** How often it was said that all must be read again. More often than asked for where others of the server were busy when it began. */
  resyncs: number;
  /** The code of the error that ended it. */
  code: string | undefined;
  isOver: boolean;
  /** How the socket closed, once it has. */
  closed: { code: number; reason: string } | undefined;
  client: Client;
  /** Waits until it stands and its first event has come. */
  stands: () => Promise<void>;
};

/** A subscription over a websocket of its own, as that actor, with that Authorization, or (null) as nobody. */
export async function follow<Event = unknown>(
  { url, tokens }: Pick<Served, "url" | "tokens">,
  who: { slug: string } | { authorization: string } | null,
  query: string,
): Promise<Followed<Event>> {
  const authorization =
    who === null ? undefined : "slug" in who ? `Bearer ${await tokens.mint(who.slug)}` : who.authorization;
  const client = createClient({
    url: `${url.replace("http:", "ws:")}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
    on: {
      closed: (event) => {
        if (event instanceof Object && "code" in event && "reason" in event)
          followed.closed = { code: Number(event.code), reason: String(event.reason) };
      },
    },
  });
  const followed: Followed<Event> = {
    events: [],
    resyncs: 0,
    code: undefined,
    isOver: false,
    closed: undefined,
    client,
    stands: async () => {
      for (let waited = 0; followed.events.length === 0; waited += 20) {
        if (followed.isOver || waited > 10_000) throw new Error(`It never stood: ${followed.code}`);
        await pause(20);
      }
    },
  };
  client.subscribe<Event>(
    { query },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) followed.code = codeOf(errors);
        if (data == null) return;
        const isResync = JSON.stringify(data).includes('"isResync":true');
        if (isResync) followed.resyncs += 1;
        if (!isResync || followed.events.length === 0) followed.events.push(data);
      },
      error: (error) => {
        followed.code = codeOf(error);
        followed.isOver = true;
      },
      complete: () => {
        followed.isOver = true;
      },
    },
  );
  return followed;
}

function codeOf(error: unknown): string {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  if (first instanceof Object && "extensions" in first) {
    const { extensions } = first;
    if (extensions instanceof Object && "code" in extensions) return String(extensions.code);
  }
  return first instanceof Error ? first.message : JSON.stringify(first);
}
