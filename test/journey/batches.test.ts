import type { ClientBase } from "pg";
import { expect } from "vitest";
import { makeRandom } from "../../src/cli/demo/random.ts";
import { type Arrival, receive } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const FIRST = ["Ana", "Bruno", "Carla", "Dieter", "Elena", "Fabian", "Greta", "Hakan"];
const LAST = ["Weber", "Huber", "Quast", "Lorenz", "Vogt", "Brandt"];
const PLACES = [
  "Linden",
  "Markt",
  "Hafen",
  "Berg",
  "Tannen",
  "Goethe",
  "Kirch",
  "Mozart",
  "Ufer",
  "Stein",
  "Rosen",
  "Park",
];

test.for([1, 2, 3])(
  "crowd %i ends the same one by one, in small batches and in one",
  async (seed, { db }) => {
    const arrivals = crowd(seed, 60);
    const oneByOne = await endOf(db, arrivals, 1);
    expect(new Set(oneByOne.leads).size).toBeLessThan(arrivals.length);
    expect(await endOf(db, arrivals, 7)).toEqual(oneByOne);
    expect(await endOf(db, arrivals, arrivals.length)).toEqual(oneByOne);
  },
);

/** Whose each arrival became (the first arrival of its lead), what people are asked, which keys are shared; then nothing of it. */
async function endOf(db: ClientBase, arrivals: readonly Arrival[], batchSize: number) {
  await db.query("savepoint before");
  const received = await receive(db, arrivals, { batchSize });
  const firstOf = (leadId: string | null) => received.findIndex((other) => other.leadId === leadId);
  const pairs = await allRows<{ lead_id: string; other_lead_id: string }>(
    db,
    "select lead_id, other_lead_id from app_public.match_candidates",
  );
  const shared = await allRows(
    db,
    "select kind, value_hash from app_private.lead_identities where is_shared order by 1, 2",
  );
  await db.query("rollback to before");
  return {
    leads: received.map(({ leadId }) => firstOf(leadId)),
    pairs: pairs.map((pair) => `${firstOf(pair.lead_id)} ${firstOf(pair.other_lead_id)}`).sort(),
    shared,
  };
}

/** People, every other one with the telephone of the one before, who come again and again and misspell themselves. */
function crowd(seed: number, size: number): Arrival[] {
  const random = makeRandom(seed);
  const people = PLACES.map((place, n) => ({
    first_name: random.pick(FIRST),
    last_name: random.pick(LAST),
    birth_date: `19${40 + 4 * n}-0${1 + random.below(9)}-1${random.below(9)}`,
    street: `${place}weg ${n * 37}`,
    postal_code: `${n + 10}7${n + 10}`,
    phone: `+49761${n >> 1}1${n >> 1}7${n >> 1}`,
    email:
      random.below(4) === 0
        ? `info@${place.toLowerCase()}-company.example`
        : `${n * 111}-a-long-name-${n}@mail.example`,
  }));
  return Array.from({ length: size }, () => {
    const told = Object.entries(random.pick(people)).filter(() => random.below(3) > 0);
    const typed = told.map(([field, value]) => [
      field,
      random.below(8) === 0 ? slip(value, random.below(4)) : value,
    ]);
    return { attributes: { ...Object.fromEntries(typed), country: "DE" } };
  });
}

/** Two neighbors swapped, of a name or a street: addresses, numbers and days stay what they are. */
function slip(value: string, at: number): string {
  if (!/^[A-Z]/.test(value)) return value;
  return value.slice(0, at) + (value[at + 1] ?? "") + (value[at] ?? "") + value.slice(at + 2);
}
