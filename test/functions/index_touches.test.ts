import type { ClientBase } from "pg";
import { expect } from "vitest";
import { withMatch } from "../../src/pipeline/with_match.ts";
import { asWorker, receive, receiveOne } from "../support/arrivals.ts";
import { merge } from "../support/merges.ts";
import { ANA } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const EMAIL = { email: "ana@mail.example", country: "DE" };

/** As leads are that came before anything was kept for comparison. */
async function forgetRecords(db: ClientBase): Promise<void> {
  await db.query("delete from app_private.match_keys");
  await db.query("delete from app_private.match_records");
  await db.query("delete from app_private.lead_identities where kind = 'person'");
  await db.query("update app_private.lead_identities set record_id = null, is_shared = false");
}

/** What `identity index` does, in chunks of so many leads. */
async function index(db: ClientBase, most = 200): Promise<number> {
  const next = async (after: string | null) =>
    (
      await allRows<Chunk>(db, "select last_id, touches from app_private.unindexed_touches($1, $2)", [
        after,
        most,
      ])
    )[0];
  return asWorker(db, async () => {
    let indexed = 0;
    for (let chunk = await next(null); chunk !== undefined; chunk = await next(chunk.last_id)) {
      const read = JSON.stringify(chunk.touches.map((touch) => withMatch(touch)));
      indexed += await oneValue<number>(db, "select app_private.index_touches($1) as value", [read]);
    }
    return indexed;
  });
}
type Chunk = { last_id: string; touches: Parameters<typeof withMatch>[0][] };

const kept = async (db: ClientBase) => ({
  records: (await allRows<{ keys: string[] }>(db, "select * from app_private.match_records order by id")).map(
    (record) => ({ ...record, keys: record.keys.toSorted() }),
  ),
  keys: await allRows(db, "select * from app_private.match_keys order by key_hash, record_id"),
  identities: await allRows(db, "select * from app_private.lead_identities order by kind, value_hash"),
});

test("a lead from before is found by likeness again, as if it had come today", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: { ...ANA, ...EMAIL } });
  await forgetRecords(db);
  const other = { ...ANA, email: "ana.weber@new.example" };
  await db.query("savepoint before");
  expect((await receiveOne(db, { attributes: other })).leadId).not.toBe(leadId); // nothing to compare with
  await db.query("rollback to savepoint before");
  expect(await index(db)).toBe(1);
  expect((await receiveOne(db, { attributes: other })).leadId).toBe(leadId);
});

test("what it keeps is what would have been kept on arrival, whatever the chunks; a second run does nothing", async ({
  db,
}) => {
  await receive(
    db,
    [
      { attributes: { ...ANA, ...EMAIL } },
      { attributes: { ...ANA, ...EMAIL, street: "Am Markt 3", postal_code: "24103" } },
      {
        attributes: {
          first_name: "Bruno",
          last_name: "Costa",
          phone: "+4930901820",
          birth_date: "1970-01-02",
          country: "DE",
        },
      },
      { attributes: { ...EMAIL, phone: "+4930901821" } },
      {
        attributes: {
          first_name: "Cem",
          last_name: "Yilmaz",
          birth_date: "1990-02-03",
          external_id: "7",
          country: "DE",
        },
      },
      { attributes: { external_id: "9", country: "DE" } },
    ],
    { batchSize: 1 },
  );
  const before = await kept(db);
  expect(before.records.length).toBeGreaterThan(3);
  await forgetRecords(db);
  expect(await index(db, 1)).toBe(4);
  expect(await kept(db)).toEqual(before);
  expect(await index(db)).toBe(0);
  expect(await kept(db)).toEqual(before);
  await forgetRecords(db);
  expect(await index(db)).toBe(4);
  expect(await kept(db)).toEqual(before);
});

test("keys_of_touches: an address that came with two people joins nobody any more", async ({ db }) => {
  await receive(db, [{ attributes: { ...ANA, ...EMAIL } }, { attributes: { ...ANA, ...EMAIL } }], {
    batchSize: 1,
  });
  const isShared = () =>
    oneValue(db, "select is_shared as value from app_private.lead_identities where kind = 'email'");
  // Before names were compared somebody else's arrival joined too.
  await db.query(
    `update app_public.source_events set attributes = attributes || '{"first_name": "Bruno", "last_name": "Costa", "birth_date": "1950-05-06", "street": "Am Markt 3", "postal_code": "24103", "city": "Kiel"}'
      where id = (select id from app_public.source_events order by id desc limit 1)`,
  );
  await forgetRecords(db);
  expect(await isShared()).toBe(false);
  expect(await index(db)).toBe(1);
  expect(await isShared()).toBe(true);
});

test("a merged lead keeps its own records; who was forgotten gets none", async ({ db }) => {
  const survivor = await receiveOne(db, { attributes: { ...ANA, ...EMAIL } });
  const merged = await receiveOne(db, {
    attributes: {
      first_name: "Ben",
      last_name: "Huber",
      email: "ben@mail.example",
      birth_date: "1960-01-01",
      country: "DE",
    },
  });
  const gone = await receiveOne(db, {
    attributes: { first_name: "Eva", last_name: "Lang", email: "eva@mail.example", country: "DE" },
  });
  await merge(db, survivor.leadId, merged.leadId);
  await asWorker(db, () =>
    db.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [gone.leadId]),
  );
  const before = await kept(db);
  await forgetRecords(db);
  expect(await index(db)).toBe(2);
  expect(await kept(db)).toEqual(before);
});

test("who is forgotten between reading and keeping gets none either", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: { ...ANA, ...EMAIL } });
  await forgetRecords(db);
  const [chunk] = await asWorker(db, () =>
    allRows<Chunk>(db, "select last_id, touches from app_private.unindexed_touches(null, 200)"),
  );
  const read = JSON.stringify((chunk?.touches ?? []).map((touch) => withMatch(touch)));
  await asWorker(db, async () => {
    await db.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [leadId]);
    await db.query("select app_private.index_touches($1)", [read]);
  });
  expect(await kept(db)).toEqual({ records: [], keys: [], identities: [] });
});
