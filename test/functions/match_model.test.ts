import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue, refusalOf } from "../support/rows.ts";

test("without a model of its own a boundary has the shipped one", async ({ db }) => {
  expect(await modelOf(db, "global")).toEqual({ boundary_id: null, version: 1, records: "0" });
});

test("models_of: the more people are known, the more must speak against strangers", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  const priorBits = () =>
    oneValue(
      db,
      `select prior_bits as value
         from app_private.models_of(array[jsonb_populate_record(null::app_private.match_records, $1), jsonb_populate_record(null::app_private.match_records, $1)])`,
      [{ boundary_id: boundaryId }],
    );
  const ofFew = await priorBits();
  await db.query(
    `insert into app_private.match_statistics (boundary_id, records, counted_at) values ($1, 1024000, now())
     on conflict (boundary_id) do update set records = excluded.records`,
    [boundaryId],
  );
  expect(Number(await priorBits()) - Number(ofFew)).toBeCloseTo(10); // 1,024 times as many as the least that is assumed
});

test("the active model of a boundary decides there, and nowhere else", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  await copyModel(db, boundaryId, 1, false);
  await copyModel(db, boundaryId, 2, true);
  expect(await modelOf(db, "global")).toMatchObject({ boundary_id: boundaryId, version: 2 });
  expect(await modelOf(db, "globex")).toMatchObject({ boundary_id: null });
});

test("a boundary has one active model, and every version once", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  await copyModel(db, boundaryId, 1, true);
  expect(await refusalOf(db, COPY, [boundaryId, 2, true])).toBe("23505");
  expect(await refusalOf(db, COPY, [boundaryId, 1, false])).toBe("23505");
  expect(await refusalOf(db, COPY, [null, 2, true])).toBe("23505");
});

test("thresholds stand in their order, and joining is never a toss-up", async ({ db }) => {
  const change = (column: string, value: number) =>
    refusalOf(db, `update app_private.identity_models set ${column} = $1`, [value]);
  expect(await change("upper_probability", 0.6)).toBe("23514"); // below the lower
  expect(await change("lower_probability", 0.4)).toBe("23514");
  expect(await change("upper_probability", 1)).toBe("23514");
  expect(await change("upper_probability", 0.99)).toBe("");
});

test("match_key_hash: a key is of one boundary, and a test's is nobody's", async ({ db }) => {
  const hash = (key: string, boundaryId: number, isTest: boolean) =>
    oneValue<string>(db, "select app_private.match_key_hash($1, $2, $3) as value", [key, boundaryId, isTest]);
  const hashes = [
    await hash("name ana weber", 1, false),
    await hash("name ana weber", 1, true),
    await hash("name ana weber", 2, false),
    await hash("name ana huber", 1, false),
  ];
  expect(new Set(hashes).size).toBe(4);
  expect(await hash("name ana weber", 1, false)).toBe(hashes[0]);
});

const COPY = `
  insert into app_private.identity_models
    (boundary_id, version, same_shares, stranger_shares, household_shares, weights, household_weights, household_bits, prior_share,
     upper_probability, lower_probability, records, trained_at, is_active)
  select $1::int, $2::int, same_shares, stranger_shares, household_shares, weights, household_weights, household_bits, prior_share,
         upper_probability, lower_probability, 100, now(), $3::boolean
    from app_private.identity_models where boundary_id is null and version = 1`;

async function copyModel(
  db: ClientBase,
  boundaryId: number,
  version: number,
  isActive: boolean,
): Promise<void> {
  await db.query(COPY, [boundaryId, version, isActive]);
}

async function modelOf(db: ClientBase, slug: string) {
  return oneRow(db, "select boundary_id, version, records from app_private.match_model($1)", [
    await territoryId(db, slug),
  ]);
}
