import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import type { Chain } from "./latency.ts";
import { LoadResult } from "./load.ts";

/**
 * Arrivals a second that server, worker, load and database sustain together on this machine: as many as come in
 * `seconds` of full load, divided by the time until the last of them is routed. After a short warm-up.
 */
export async function chainRate(chain: Chain, seconds: number): Promise<number> {
  const order = { port: chain.port, connections: 64, firstNumber: 0, warmupSeconds: 0, seconds };
  await chain.load.ask({ ...order, seconds: WARM_UP_SECONDS }, LoadResult);
  await withConnection(chain.url, allRouted);
  const result = await chain.load.ask({ ...order, firstNumber: AFTER_WARM_UP }, LoadResult);
  const lastAt = await withConnection(chain.url, async (client) => {
    await allRouted(client);
    const { rows } = await client.query<{ at: number }>(
      `select max(${ROUTED_AT}) as at from app_public.captures`,
    );
    return rows[0]?.at ?? Number.NaN;
  });
  return result.answered / ((lastAt - result.firstSentAt) / 1_000);
}

const WARM_UP_SECONDS = 0.5;
/** Beyond any number that the warm-up reaches. */
const AFTER_WARM_UP = 1_000_000;

/** Milliseconds from sending to the commit that routed it, for each arrival. Throws when one was not routed. */
export async function timesToRouted(url: string, arrivals: readonly [string, number][]): Promise<number[]> {
  return withConnection(url, async (client) => {
    await allRouted(client);
    const { rows } = await client.query<{ id: string; at: number }>(
      `select captures.id, ${ROUTED_AT} as at from app_public.captures
        where captures.status = 'processed'
          and exists (select from app_public.decisions where decisions.trace_id = captures.trace_id)`,
    );
    const routedAt = new Map(rows.map(({ id, at }) => [id, at]));
    return arrivals.map(([id, sentAt]) => {
      const at = routedAt.get(id);
      if (at === undefined) throw new Error(`Capture ${id} was answered and is not routed.`);
      return at - sentAt;
    });
  });
}

/** Unix time in milliseconds at which the last writer of the row, the batch that routed it, committed. */
const ROUTED_AT = "(extract(epoch from pg_xact_commit_timestamp(captures.xmin)) * 1000)::float8";

async function allRouted(client: Client): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    const { rows } = await client.query<{ some: boolean }>(
      "select exists (select from app_public.captures where status = 'pending') as some",
    );
    if (rows[0]?.some === false) return;
    if (performance.now() > until) throw new Error("Captures are still pending after a minute.");
    await pause(100);
  }
}
