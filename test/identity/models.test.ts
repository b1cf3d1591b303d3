import { expect } from "vitest";
import { readModel, saveModel, saveTerms } from "../../src/identity/models.ts";
import { territoryId } from "../support/acme.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

const asOf = new Date("2026-11-22T12:00:00Z");

test("a boundary without a model of its own reads the shipped one, and keeps what it makes of it", async ({
  db,
}) => {
  const boundaryId = await territoryId(db, "global");
  const shipped = await asWorker(db, () => readModel(db, boundaryId));
  const model = { ...shipped, householdBits: -1, priorShare: 0.5 };
  const save = () => asWorker(db, () => saveModel(db, { boundaryId, model, records: 4_711, asOf }));
  expect(await save()).toBe(1);
  expect(await readModel(db, boundaryId)).toEqual(model);
  expect(await save()).toBe(2);

  const models = await allRows(
    db,
    "select version, is_active, records, trained_at from app_private.identity_models where boundary_id = $1 order by 1",
    [boundaryId],
  );
  expect(models).toEqual([
    { version: 1, is_active: false, records: "4711", trained_at: asOf },
    { version: 2, is_active: true, records: "4711", trained_at: asOf },
  ]);
  expect(await readModel(db, await territoryId(db, "globex"))).toEqual(shipped);
});

test("weights follow from shares, and thresholds stay as they were", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  await db.query("update app_private.identity_models set upper_probability = 0.97, lower_probability = 0.6");
  const shipped = await readModel(db, boundaryId);
  const swapped = { ...shipped, same: shipped.strangers, strangers: shipped.same };
  await asWorker(db, () => saveModel(db, { boundaryId, model: swapped, records: 1, asOf }));
  const kept = await oneRow<{ upper: number; lower: number; weights: number[] }>(
    db,
    "select upper_probability as upper, lower_probability as lower, weights from app_private.match_model($1)",
    [boundaryId],
  );
  expect(kept).toMatchObject({ upper: expect.closeTo(0.97, 6), lower: expect.closeTo(0.6, 6) });
  expect(kept.weights[4]).toBeLessThan(0); // agreeing on a first name now speaks for strangers
});

test("terms take the place of those that were counted before, of their boundary alone", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  const other = await territoryId(db, "globex");
  const save = (id: number, term: string, records: number) =>
    asWorker(db, () =>
      saveTerms(db, { boundaryId: id, terms: [{ field: "city", term, share: 0.25 }], records, asOf }),
    );
  await save(boundaryId, "kiel", 100);
  await save(other, "gouda", 10);
  await save(boundaryId, "freiburg", 200);
  expect(
    await allRows(
      db,
      "select boundary_id, field, term, share from app_private.match_terms order by boundary_id",
    ),
  ).toEqual(
    [
      { boundary_id: boundaryId, field: "city", term: "freiburg", share: 0.25 },
      { boundary_id: other, field: "city", term: "gouda", share: 0.25 },
    ].toSorted((one, two) => one.boundary_id - two.boundary_id),
  );
  expect(
    await oneRow(db, "select records, counted_at from app_private.match_statistics where boundary_id = $1", [
      boundaryId,
    ]),
  ).toEqual({ records: "200", counted_at: asOf });
});
