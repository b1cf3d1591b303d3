import type { Client } from "pg";
import { type Act, act } from "./acts.ts";
import { makeAgenda } from "./agenda.ts";
import {
  type Absence,
  type Arrival,
  inventAbsences,
  inventArrivals,
  inventOutages,
  type Outage,
  type Period,
} from "./arrivals.ts";
import type { Model } from "./model.ts";
import { type Heard, instantsOf, makeNews } from "./news.ts";
import { makePeople } from "./people.ts";
import { fire, setAbsences, sweep, take } from "./stages.ts";

export type Played = { arrivals: number; absences: Absence[]; outages: Outage[] };

export type PlayOptions = {
  model: Model;
  period: Period;
  isStopped?: () => boolean;
  onStep?: (now: Date) => void;
};

/**
 * Plays a period in a database that holds an organization and no leads, on one connection of the worker. Goes from
 * one instant at which something happens to the next: an arrival, an act of somebody, a threshold, a sweep. The same
 * seed does the same, whatever the machine; the clock of the machine is never asked.
 */
export async function play(client: Client, { model, period, ...options }: PlayOptions): Promise<Played> {
  const { isStopped = () => false, onStep = () => {} } = options;
  await client.query("set synchronous_commit = off; set plan_cache_mode = force_generic_plan"); // nothing here must survive
  const arrivals = await inventArrivals(client, model, period);
  const absences = inventAbsences(await peopleOf(client), model, period);
  const outages = inventOutages(model, period);
  await setAbsences(client, absences);

  const agenda = makeAgenda<{ arrival: Arrival } | { act: Act }>();
  for (const arrival of arrivals) agenda.add(arrival.at, { arrival });
  const hear = makeNews(client);
  const decide = makePeople(model, period.seed);
  let passes = 0;
  let swept = period.from;
  let stored: Arrival[] = [];
  let heard: Heard = { news: [], clockAt: null, isWaiting: false };

  for (let now = period.from; now < period.until && !isStopped(); ) {
    const down = outages.find(({ from, until }) => from <= now && now < until);
    const items = agenda.take(now);
    stored.push(...items.flatMap((item) => ("arrival" in item ? [item.arrival] : [])));
    const acts = items.flatMap((item) => ("act" in item ? [item.act] : []));
    await act(client, acts, now);
    if (down === undefined) {
      if (stored.length > 0) await take(client, stored, now);
      stored = [];
      if (isDue(heard, now)) await fire(client, now);
      if (sweepAt(swept, heard) <= now) {
        await sweep(client, now);
        swept = now;
      }
    }

    heard = await hear(now);
    const intentions = heard.news.flatMap(decide);
    const instants = await instantsOf(client, intentions, now);
    for (const [position, { act }] of intentions.entries()) {
      const at = instants[position] ?? period.until;
      agenda.add(at > now ? at : new Date(now.getTime() + MINUTE_MS), { act });
    }
    onStep(now);

    // A clock fires one threshold a pass: after an outage several are due at the same instant.
    passes = down === undefined && isDue(heard, now) ? passes + 1 : 0;
    if (passes > 100) throw new Error(`Thresholds that are due at ${now.toISOString()} do not fire.`);
    if (passes > 0) continue;
    now =
      down === undefined
        ? earliest([agenda.nextAt(), heard.clockAt, sweepAt(swept, heard)], now, period.until)
        : earliest([agenda.nextAt(), down.until], now, period.until);
  }
  return { arrivals: arrivals.length, absences, outages };
}

const MINUTE_MS = 60_000;

function isDue({ clockAt }: Heard, now: Date): boolean {
  return clockAt !== null && clockAt <= now;
}

/** What a worker does each minute is done here only every five while somebody waits for it, else each hour. */
function sweepAt(last: Date, { isWaiting }: Heard): Date {
  return new Date(last.getTime() + (isWaiting ? 5 : 60) * MINUTE_MS);
}

/** The first of them that lies ahead, at most the end. */
function earliest(instants: readonly (Date | null | undefined)[], now: Date, end: Date): Date {
  return instants.reduce<Date>(
    (first, at) => (at instanceof Date && at > now && at < first ? at : first),
    end,
  );
}

async function peopleOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ slug: string }>(
    "select slug from app_public.actors where kind = 'person' and is_active order by slug",
  );
  return rows.map(({ slug }) => slug);
}
