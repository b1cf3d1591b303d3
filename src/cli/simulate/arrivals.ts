import type { Client } from "pg";
import { countOf, fraction, happens, pickByWeight, randomOf } from "./chance.ts";
import type { Model } from "./model.ts";

/** One arrival as stage 4 leaves it: contracts and normalization are not what is tried here. */
export type Arrival = { at: Date; path: string; territory: string; email: string; country: string };

export type Period = { from: Date; until: Date; seed: number };

/** The arrivals of a period, earliest first. One territory's do not depend on another's. */
export async function inventArrivals(client: Client, model: Model, period: Period): Promise<Arrival[]> {
  const { rows: doors } = await client.query<Door>(DOORS);
  const { rows: hours } = await client.query<Hour>(HOURS, [period.from, period.until]);
  const { territories, hours: byHour, weekdays } = model.arrivals;
  const weightOf = (slug: string) => territories[slug] ?? 1;
  const slugs = [...new Set(doors.map(({ territory }) => territory))];
  const total = slugs.reduce((sum, slug) => sum + weightOf(slug), 0);
  const day = byHour.reduce((sum, weight) => sum + weight, 0);

  return slugs
    .flatMap((slug) => {
      const random = randomOf(period.seed, "arrivals", slug);
      const ways = doors
        .filter(({ territory }) => territory === slug)
        .map((door) => ({ item: door, weight: model.arrivals.paths[door.path] ?? 1 }));
      const arrivals: Arrival[] = [];
      for (const { at, hour, weekday } of hours.filter(({ territory }) => territory === slug)) {
        const share = ((byHour[hour] ?? 0) / day) * (weekdays[weekday - 1] ?? 0);
        const count = countOf(random, ((model.arrivals.per_day * weightOf(slug)) / total) * share);
        for (let n = 0; n < count; n += 1) {
          const door = pickByWeight(random, ways);
          if (door === undefined) break;
          const minute = new Date(at.getTime() + 60_000 * random.below(60));
          const known = happens(random, model.arrivals.known_again)
            ? arrivals[random.below(arrivals.length)]
            : undefined;
          const email =
            known?.at !== undefined && known.at < minute
              ? known.email
              : `${slug}-${arrivals.length + 1}@simulated.example`;
          arrivals.push({ at: minute, path: door.path, territory: slug, email, country: door.country });
        }
      }
      return arrivals;
    })
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/** Somebody is away from then until then. */
export type Absence = { actor: string; from: Date; until: Date };

/** Weeks and people that the model's averages are about. */
export function inventAbsences(people: readonly string[], { absences }: Model, period: Period): Absence[] {
  return people.flatMap((actor) => {
    const random = randomOf(period.seed, "absences", actor);
    const begins = instants(random, absences.a_week, period);
    return begins.map((from) => ({ actor, from, until: new Date(from.getTime() + absences.days * DAY_MS) }));
  });
}

/** When no worker runs. */
export type Outage = { from: Date; until: Date };

export function inventOutages({ outages }: Model, period: Period): Outage[] {
  const begins = instants(randomOf(period.seed, "outages"), outages.a_week, period);
  return begins.map((from) => ({ from, until: new Date(from.getTime() + outages.minutes * 60_000) }));
}

function instants(random: ReturnType<typeof randomOf>, aWeek: number, { from, until }: Period): Date[] {
  const length = until.getTime() - from.getTime();
  const begins = Array.from({ length: countOf(random, (aWeek * length) / (7 * DAY_MS)) }, () => {
    const minute = Math.floor((fraction(random) * length) / 60_000);
    return new Date(from.getTime() + minute * 60_000);
  });
  return begins.toSorted((one, other) => one.getTime() - other.getTime());
}

const DAY_MS = 86_400_000;

type Door = { territory: string; country: string; path: string };

// Each market and the doors of its client through which living people come.
const DOORS = `
  select territories.slug as territory, territories.country, capture_paths.slug as path
    from app_public.territories
    join app_public.capture_paths on capture_paths.territory_id = any (territories.path) and capture_paths.is_active
    join app_public.contracts on contracts.id = capture_paths.active_contract_id and not contracts.is_history
   where territories.country is not null
     and not exists (select from app_public.territories as below where below.parent_id = territories.id and below.country = territories.country)
   order by territories.slug, capture_paths.slug`;

type Hour = { territory: string; at: Date; hour: number; weekday: number };

const HOURS = `
  select territories.slug as territory, at, extract(hour from at at time zone territories.time_zone)::int as hour,
         extract(isodow from at at time zone territories.time_zone)::int as weekday
    from app_public.territories
   cross join generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '1 hour') as at
   where territories.country is not null
   order by territories.slug, at`;
