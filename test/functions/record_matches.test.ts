import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { merge, unmerge } from "../support/merges.ts";
import { ANA, candidates, compared } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";

const EMAIL = { email: "ana@mail.example", country: "DE" };

test("a new lead is kept in the shape that is compared, under hashed keys, and nothing of it stays with the capture", async ({
  db,
}) => {
  const ana = await receiveOne(db, { attributes: { ...ANA, ...EMAIL } });
  const { keys, person: _, ...fields } = compared({ ...ANA, ...EMAIL });
  expect(await oneRow(db, "select * from app_private.match_records")).toMatchObject({
    id: ana.captureId,
    lead_id: ana.leadId,
    is_test: false,
    ...fields,
  });
  expect(
    await allValues(db, "select count(*)::int as value from app_private.match_keys where record_id = $1", [
      ana.captureId,
    ]),
  ).toEqual([keys.length]);
  expect(await allValues(db, "select attributes ? 'match' as value from app_public.captures")).toEqual([
    false,
  ]);
});

test("only_news: a touch that tells nothing new is not kept, one that does is, with its new keys alone", async ({
  db,
}) => {
  const attributes = { ...ANA, ...EMAIL };
  await receive(db, [{ attributes }, { attributes }, { attributes: EMAIL }]);
  expect(await recorded(db)).toHaveLength(1);
  const moved = await receiveOne(db, {
    attributes: { ...attributes, street: "Am Markt 3", postal_code: "24103" },
  });
  const rows = await recorded(db);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatchObject({ id: moved.captureId, lead_id: moved.leadId });
  expect(rows[1]?.keys).toBeLessThan(rows[0]?.keys ?? 0);
});

test("match_records_of: whose attributes hold nothing to compare is left out", async ({ db }) => {
  await receiveOne(db, { attributes: { phone: "+4976112345", country: "DE" } });
  await receiveOne(db, { attributes: { ...someone(), first_name: "---", last_name: "…" } });
  expect(await allValues(db, "select count(*)::int as value from app_private.match_keys")).toEqual([1]); // a mailbox
});

test("find_holders: a key that more than 32 share is_crowded: choose_pairs passes it by, and crowded_keys keeps it from being stored", async ({
  db,
}) => {
  const { birth_date: _, first_name: __, last_name: ___, ...house } = ANA;
  const people = Array.from({ length: 40 }, (_, n) => ({
    attributes: {
      ...house,
      first_name: named(n),
      last_name: named((n + 21) % 64),
      email: `${named(n)}@${named(n)}.example`,
    },
  }));
  await receive(db, people, { batchSize: 1 });
  expect(await allRows(db, "select from app_public.leads")).toHaveLength(people.length);
  const [holders] = await allValues<number>(
    db,
    "select count(*)::int as value from app_private.match_keys group by key_hash order by 1 desc limit 1",
  );
  expect(holders).toBe(33);
});

test("follow_offers: a key of a merged lead leads to its survivor, and remembers whose it is", async ({
  db,
}) => {
  const survivor = await receiveOne(db, { attributes: { ...ANA, email: "one@mail.example" } });
  const merged = await receiveOne(db, {
    attributes: { first_name: "Ben", last_name: "Huber", email: "two@mail.example", country: "DE" },
  });
  await merge(db, survivor.leadId, merged.leadId);

  const touch = await receiveOne(db, {
    attributes: {
      first_name: "Ben",
      last_name: "Huber",
      email: "two@mail.example",
      phone: "+4976112345",
      country: "DE",
    },
  });
  expect(touch).toMatchObject({ leadId: survivor.leadId, outcome: "touch_added" });
  expect(
    await oneRow(db, "select lead_id, origin_lead_id from app_public.source_events where capture_id = $1", [
      touch.captureId,
    ]),
  ).toEqual({ lead_id: survivor.leadId, origin_lead_id: merged.leadId });
  const keys = "select lead_id as value from app_private.lead_identities where kind = 'phone'";
  expect(await allValues(db, keys)).toEqual([merged.leadId]);

  await unmerge(db, merged.leadId);
  const next = await receiveOne(db, { attributes: { phone: "+4976112345", country: "DE" } });
  expect(next.leadId).toBe(merged.leadId);
});

test("a doubt about a merged lead is one about its survivor", async ({ db }) => {
  const survivor = await receiveOne(db, { attributes: { email: "one@mail.example", country: "DE" } });
  const merged = await receiveOne(db, { attributes: { email: "two@mail.example", country: "DE" } });
  const other = await receiveOne(db, { attributes: { phone: "+4976112345", country: "DE" } });
  await merge(db, survivor.leadId, merged.leadId);
  await receiveOne(db, {
    attributes: { email: "two@mail.example", phone: "+4976112345", country: "DE" },
  });
  await merge(db, survivor.leadId, other.leadId);
  const third = await receiveOne(db, { attributes: { email: "three@mail.example", country: "DE" } });
  await receiveOne(db, { attributes: { email: "three@mail.example", phone: "+4976112345", country: "DE" } });
  expect((await candidates(db)).map(({ lead_id, other_lead_id }) => [lead_id, other_lead_id])).toEqual([
    [survivor.leadId, other.leadId],
    [third.leadId, survivor.leadId],
  ]);
});

test("likeness to a merged lead leads to its survivor as well", async ({ db }) => {
  const survivor = await receiveOne(db, {
    attributes: { first_name: "Ben", last_name: "Huber", email: "one@mail.example", country: "DE" },
  });
  const merged = await receiveOne(db, { attributes: ANA });
  await merge(db, survivor.leadId, merged.leadId);
  const touch = await receiveOne(db, {
    attributes: { ...ANA, last_name: "Webber", email: "two@mail.example" },
  });
  expect(touch.leadId).toBe(survivor.leadId);
});

test("forget_matches: nothing is left by which somebody could be recognized, and others are left alone", async ({
  db,
}) => {
  await db.query(
    "update app_private.identity_models set lower_probability = 0.9, upper_probability = 0.99999",
  );
  const ana = await receiveOne(db, { attributes: { ...ANA, ...EMAIL } });
  const like = await receiveOne(db, {
    attributes: { ...ANA, last_name: "Webber", email: "two@mail.example" },
  });
  expect(await candidates(db)).toHaveLength(1);

  await asWorker(db, () => db.query("select app_private.forget_matches(array[$1::uuid])", [ana.leadId]));
  expect(await candidates(db)).toEqual([]);
  expect(await recorded(db)).toMatchObject([{ lead_id: like.leadId }]);
  expect(await allValues(db, "select distinct record_id as value from app_private.match_keys")).toEqual([
    like.captureId,
  ]);
  expect(await allValues(db, "select distinct lead_id as value from app_private.lead_identities")).toEqual([
    like.leadId,
  ]);
  const back = await receiveOne(db, { attributes: EMAIL });
  expect(back.outcome).toBe("lead_created");
});

/** A name for each number below 64, of which no two are alike. */
function named(n: number): string {
  const [one, other] = [SYLLABLES[n % 8], SYLLABLES[n >> 3]];
  return `${one}${other}${one}${other}`;
}
const SYLLABLES = ["ba", "ko", "mi", "tu", "re", "sa", "dy", "fe"];

function recorded(db: ClientBase) {
  return allRows<{ id: string; lead_id: string; keys: number }>(
    db,
    "select id, lead_id, cardinality(keys) as keys from app_private.match_records order by id",
  );
}
