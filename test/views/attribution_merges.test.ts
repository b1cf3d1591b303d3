import type { Client } from "pg";
import { expect } from "vitest";
import { type Chance, makeChance } from "../chaos/chance.ts";
import { receive } from "../support/arrivals.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { won } from "../support/touches.ts";

test.for([1, 2, 3])(
  "merges keep every touch and exact sums; unmerged in any order, every number is back (%i)",
  async (seed, { db }) => {
    const chance = makeChance(seed);
    const leads = await people(db, chance);
    const before = await everything(db);
    const shown = new Set(leads);
    const merged: string[] = [];
    for (let merges = 0; merges < 7; merges += 1) {
      const [survivor, other] = shuffled([...shown], chance);
      if (survivor === undefined || other === undefined) throw new Error("There are no two leads left.");
      await merge(db, survivor, other);
      shown.delete(other);
      merged.push(other);
      await expectWhole(db, before.touches.length, shown);
    }
    expect(await everything(db)).not.toEqual(before);
    for (const lead of shuffled(merged, chance)) {
      await unmerge(db, lead);
      shown.add(lead);
      await expectWhole(db, before.touches.length, shown);
    }
    expect(await everything(db)).toEqual(before);
  },
);

/** Ten people with one to six touches each, some of them won, some with a value. */
async function people(db: Client, { below }: Chance): Promise<string[]> {
  const instant = () => new Date(Date.UTC(2026, below(6), 1 + below(28), below(24))).toISOString();
  const emails = Array.from({ length: 10 }, (_, n) => `person-${n}@mail.example`);
  const received = await receive(
    db,
    emails.flatMap((email) =>
      Array.from({ length: 1 + below(6) }, () => ({
        attributes: { email, country: "DE", occurred_at: instant(), channel: `channel-${below(4)}` },
      })),
    ),
  );
  for (const email of emails.filter((_, n) => n % 3 === 0))
    await won(db, email, instant(), `${below(100_000)}.07`);
  return [...new Set(received.flatMap(({ leadId }) => leadId ?? []))];
}

async function everything(db: Client) {
  return {
    touches: await allRows(db, "select * from bi.attribution_touches order by lead_id, position"),
    credits: await allRows(db, "select * from bi.attribution_credit order by lead_id, model, position"),
  };
}

async function expectWhole(db: Client, touches: number, shown: ReadonlySet<string>): Promise<void> {
  const wrong = await allRows(
    db,
    `select lead_id, model from bi.attribution_credit group by lead_id, model
     having sum(credit) <> 1 or min(credit) < 0 or sum(credited_value) is distinct from min(value_amount)`,
  );
  expect(wrong).toEqual([]);
  const { ids, count } = await oneRow<{ ids: string[]; count: number }>(
    db,
    "select array_agg(distinct lead_id order by lead_id) as ids, count(*)::int as count from bi.attribution_touches",
  );
  expect({ ids, count }).toEqual({ ids: [...shown].sort(), count: touches });
}

function shuffled<Item>(items: readonly Item[], { below }: Chance): Item[] {
  return items
    .map((item) => ({ item, at: below(1_000_000) }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
