import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

/** As in decide_deal.sql. */
const ONE_LEAD = 720_720_000_000;
const ENDLESS = 1_000_000;

test("weights 5:3:1 are dealt evenly spread, and nobody is ever a whole lead from a fair share", async ({
  db,
}) => {
  const { places, credits } = await deal(db, { weights: [5, 3, 1], leads: 18 });
  expect(places.map((place) => place - 1).join("")).toBe("010201010010201010");
  expect(credits).toEqual([0, 0, 0]);
});

test("whatever pattern of absences there is, 5:3:1 stays within one lead of what is fair", async ({ db }) => {
  const seen = new Set<string>();
  let worst = 0;
  for (let states = [[0, 0, 0]]; states.length > 0; ) {
    const next = await afterOneMore(db, states);
    states = next.filter((state) => !seen.has(state.join()));
    for (const state of states) {
      seen.add(state.join());
      worst = Math.max(worst, ...state.map((credit) => Math.abs(credit) / ONE_LEAD));
    }
  }
  expect(seen.size).toBeGreaterThan(300); // every state that can be reached, ties by who stands first
  expect(worst).toBeLessThan(1);
});

test("five hundred at once are dealt like five hundred one by one", async ({ db }) => {
  const weights = [7, 3, 3, 1, 10];
  const together = await deal(db, { weights, rooms: [40, ENDLESS, 3, ENDLESS, ENDLESS], leads: 200 });
  const rooms = [40, ENDLESS, 3, ENDLESS, ENDLESS];
  const places: number[] = [];
  let credits = weights.map(() => 0);
  const order = weights.map((_, member) => member);
  for (let lead = 0; lead < 200; lead += 1) {
    const seats = order.filter((member) => (rooms[member] ?? 0) > 0); // whoever waited longest stands first
    const pick = (of: readonly number[]) => seats.map((member) => of[member] ?? 0);
    const one = await deal(db, {
      weights: pick(weights),
      credits: pick(credits),
      rooms: pick(rooms),
      leads: 1,
    });
    const winner = seats[(one.places[0] ?? 0) - 1] ?? -1;
    places.push(winner + 1);
    credits = credits.map((credit, member) => one.credits[seats.indexOf(member)] ?? credit);
    rooms[winner] = (rooms[winner] ?? 0) - 1;
    order.splice(order.indexOf(winner), 1);
    order.push(winner);
  }
  expect(together.places).toEqual(places);
  expect(together.credits).toEqual(credits);
});

test("who has no room gets none, and the others share what comes then", async ({ db }) => {
  const { places, counts, last_ns } = await deal(db, { weights: [1, 1, 1], rooms: [2, 0, 3], leads: 9 });
  expect(places).toEqual([1, 3, 1, 3, 3]); // four found nobody
  expect(counts).toEqual([2, 0, 3]);
  expect(last_ns).toEqual([3, 0, 5]);
});

test("whoever was away finds neither debt nor flood: the credit stood still", async ({ db }) => {
  const before = await deal(db, { weights: [5, 3, 1], leads: 4 });
  const away = await deal(db, { weights: [5, 3], credits: before.credits.slice(0, 2), leads: 1_000 });
  const back = await deal(db, {
    weights: [5, 3, 1],
    credits: [...away.credits, before.credits[2] ?? 0],
    leads: 9,
  });
  expect(back.counts[2]).toBe(1);
});

/** All states that one more lead can lead to, with any of the three present. */
function afterOneMore(db: ClientBase, states: number[][]): Promise<number[][]> {
  return asWorker(db, async () => {
    const rows = await allRows<{ state: string[] }>(
      db,
      `select distinct array(select coalesce(dealt.credits[array_position(present.members, member)], state.credits[member])
                               from generate_series(1, 3) as member) as state
         from (select array[a, b, c] as credits from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as states (a, b, c)) as state
        cross join (values (array[1]), ('{2}'), ('{3}'), ('{1,2}'), ('{1,3}'), ('{2,3}'), ('{1,2,3}'), ('{3,2,1}'), ('{2,1}'), ('{3,1}'), ('{3,2}')) as present (members)
        cross join lateral app_private.decide_deal(
          array(select (array[5, 3, 1])[member] from unnest(present.members) with ordinality as seats (member, at) order by at),
          array(select state.credits[member] from unnest(present.members) with ordinality as seats (member, at) order by at),
          array_fill(1000000::bigint, array[cardinality(present.members)]), 1) as dealt`,
      [0, 1, 2].map((member) => states.map((state) => state[member])),
    );
    return rows.map(({ state }) => state.map(Number));
  });
}

type Deal = { places: number[]; credits: number[]; last_ns: number[]; counts: number[] };

async function deal(
  db: ClientBase,
  asked: { weights: number[]; credits?: number[]; rooms?: number[]; leads: number },
): Promise<Deal> {
  const { weights, credits = weights.map(() => 0), rooms = weights.map(() => ENDLESS), leads } = asked;
  const row = await asWorker(db, () =>
    oneRow<Omit<Deal, "credits"> & { credits: string[] }>(
      db,
      "select * from app_private.decide_deal($1, $2, $3, $4)",
      [weights, credits, rooms, leads],
    ),
  );
  return { ...row, credits: row.credits.map(Number) };
}
