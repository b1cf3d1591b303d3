import type { ClientBase } from "pg";
import { expect } from "vitest";
import { FIELDS, LEVELS, weigh as weighInTraining, weightsOf } from "../../src/identity/estimate.ts";
import { readModel } from "../../src/identity/models.ts";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/database.ts";
import { compared } from "../support/people.ts";
import { oneValue } from "../support/rows.ts";

type Field = (typeof FIELDS)[number];
const [UNKNOWN, DIFFERENT, CLOSE, SAME] = [0, 1, 3, 4];

test("weigh_levels: what is unknown weighs nothing, what agrees adds up", async ({ db }) => {
  expect(await weigh(db, {})).toBe(0);
  expect(await weigh(db, { first_name: SAME })).toBe(8);
  expect(await weigh(db, { first_name: SAME, last_name: SAME, birth_date: DIFFERENT })).toBe(13);
});

test.for([[["city", "postal_code", "region"]], [["company", "company_domain"]]] as const)(
  "%j agree by one cause and count once, and so when they differ",
  async ([fields], { db }) => {
    const all = (level: number) => Object.fromEntries(fields.map((field) => [field, level]));
    const [first] = fields;
    expect(await weigh(db, all(SAME))).toBe(8);
    expect(await weigh(db, all(DIFFERENT))).toBe(-3);
    expect(await weigh(db, { ...all(SAME), [first]: DIFFERENT })).toBe(5);
  },
);

test("one country proves nothing, two countries speak against it", async ({ db }) => {
  expect(await weigh(db, { country: SAME })).toBe(0);
  expect(await weigh(db, { country: DIFFERENT })).toBe(-3);
});

test("a frequent value is worth less, a rare one more", async ({ db }) => {
  expect(await weigh(db, { last_name: SAME }, { last_name: 5 })).toBe(3);
  expect(await weigh(db, { last_name: SAME }, { last_name: -2 })).toBe(10);
  expect(await weigh(db, { last_name: CLOSE }, { last_name: 5 })).toBe(4); // of the value that both have
});

test("bits_of_shares: log2 of one share by the other, none for unknown, with an end on both sides", async ({
  db,
}) => {
  const bits = await oneValue<number[]>(
    db,
    "select app_private.bits_of_shares('{1, 0.25, 0.5, 0.8, 1}', '{1, 0.5, 0.5, 0.1, 0}') as value",
  );
  expect(bits.map((bit) => Math.round(bit * 1e4) / 1e4)).toEqual([0, -1, 0, 3, 18]);
  expect(await oneValue(db, "select app_private.bits_of_shares('{1, 0.000001}', '{1, 1}') as value")).toEqual(
    [0, -8],
  );
});

test("excess_of: the share that a value has here, instead of the share that any has", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  await db.query(
    `insert into app_private.match_terms (boundary_id, field, term, share)
     values ($1, 'last_name', 'weber', 0.125), ($1, 'last_name', '', 0.001953125), ($1, 'city', 'freiburg', 0.5)`,
    [boundaryId],
  );
  const excess = (attributes: Record<string, string>) =>
    oneValue<number[]>(
      db,
      `select app_private.excess_of(
         jsonb_populate_record(null::app_private.match_records, $1::jsonb - 'keys' || jsonb_build_object('boundary_id', $2::int)),
         array_fill(8::real, '{60}')) as value`,
      [compared(attributes), boundaryId],
    );
  const at = (field: Field) => FIELDS.indexOf(field);
  const frequent = await excess({ last_name: "Weber", city: "Berlin" });
  expect(frequent).toHaveLength(12);
  expect(frequent[at("last_name")]).toBe(8 - 3);
  expect(frequent[at("city")]).toBe(0); // where nothing is counted of rare ones, the model's share stands
  const rare = await excess({ last_name: "Quast", city: "Freiburg" });
  expect(rare[at("last_name")]).toBe(8 - 9);
  expect(rare[at("city")]).toBe(8 - 1);
  expect(await excess({ company: "Quast GmbH" })).toEqual(Array(12).fill(0));
});

/** Under weights that give every field 8 bits for the same and -3 for a difference. */
function weigh(
  db: ClientBase,
  levels: { [field in Field]?: number },
  excess: { [field in Field]?: number } = {},
) {
  return oneValue(
    db,
    `select app_private.weigh_levels(
       $1::smallint[], array(select unnest(array[0, -3, 1, 4, 8]::real[]) from generate_series(1, 12)), $2::real[]) as value`,
    [FIELDS.map((field) => levels[field] ?? UNKNOWN), FIELDS.map((field) => excess[field] ?? 0)],
  );
}

test("training weighs as the database decides, and turns shares into the same weights", async ({ db }) => {
  const { same, strangers } = await readModel(db, null);
  const weights = weightsOf(same, strangers);
  const stored: number[] = await oneValue(
    db,
    "select app_private.bits_of_shares($1::real[], $2::real[]) as value",
    [same, strangers],
  );
  expect(stored.map((weight, at) => Math.abs(weight - (weights[at] ?? 0)) < 0.001)).not.toContain(false);
  for (let seed = 0; seed < 200; seed += 1) {
    const levels = FIELDS.map((_, field) => (seed * (field + 7) + field * field) % LEVELS);
    const bits: number = await oneValue(
      db,
      "select app_private.weigh_levels($1::smallint[], $2::real[], array_fill(0::real, '{12}')) as value",
      [levels, weights],
    );
    expect(bits).toBeCloseTo(weighInTraining(levels, weights), 3);
  }
});
