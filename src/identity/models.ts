import type { ClientBase } from "pg";
import type { Model } from "./estimate.ts";

/** The model that decides in a boundary today: its own, else the shipped one; of no boundary the shipped one. */
export async function readModel(client: ClientBase, boundaryId: number | null): Promise<Model> {
  const { rows } = await client.query<Model>(
    `select same_shares as same, stranger_shares as strangers, household_shares as household,
            household_bits as "householdBits", prior_share as "priorShare"
       from app_private.match_model($1)`,
    [boundaryId],
  );
  const [model] = rows;
  if (model === undefined) throw new Error("There is no shipped model: the migrations have not run.");
  return model;
}

/**
 * Keeps a trained model as the next version of its boundary and lets it decide from now on; thresholds stay as they are.
 * Answers the version. Two at a time follow each other, in the callers' transactions.
 */
export async function saveModel(
  client: ClientBase,
  { boundaryId, model, records, asOf }: { boundaryId: number; model: Model; records: number; asOf: Date },
): Promise<number> {
  await client.query("select app_private.take_turn('save_model')");
  const { rows } = await client.query<{ version: number }>(
    `insert into app_private.identity_models
       (boundary_id, version, same_shares, stranger_shares, household_shares, weights, household_weights, household_bits,
        prior_share, upper_probability, lower_probability, records, trained_at, is_active)
     select $1, 1 + coalesce((select max(version) from app_private.identity_models where boundary_id = $1), 0),
            $2::real[], $3::real[], $4::real[], app_private.bits_of_shares($2::real[], $3::real[]),
            app_private.bits_of_shares($2::real[], $4::real[]), $5, $6, before.upper_probability, before.lower_probability, $7, $8, false
       from app_private.match_model($1) as before
     returning version`,
    [
      boundaryId,
      model.same,
      model.strangers,
      model.household,
      model.householdBits,
      model.priorShare,
      records,
      asOf,
    ],
  );
  const [saved] = rows;
  if (saved === undefined) throw new Error("There is no shipped model: the migrations have not run.");
  await activateModel(client, { boundaryId, version: saved.version });
  return saved.version;
}

/** Lets a version of a boundary decide from now on, or none: then the shipped model does. */
export async function activateModel(
  client: ClientBase,
  { boundaryId, version }: { boundaryId: number; version: number | null },
): Promise<void> {
  // One after the other: two active versions are refused, also within a statement.
  for (const isActive of [false, true]) {
    await client.query(
      `update app_private.identity_models set is_active = $3
        where boundary_id = $1 and (version is not distinct from $2) = $3 and is_active <> $3`,
      [boundaryId, version, isActive],
    );
  }
}

export type Version = {
  /** Null: shipped. */
  version: number | null;
  trainedAt: Date;
  records: number;
  isActive: boolean;
};

/** Models of a boundary, the newest first, the shipped one last. */
export async function listModels(client: ClientBase, boundaryId: number): Promise<Version[]> {
  const { rows } = await client.query<Version>(
    `select case when models.boundary_id is not null then models.version end as version, models.trained_at as "trainedAt",
            models.records::float8 as records, models.id = (app_private.match_model($1)).id as "isActive"
       from app_private.identity_models as models
      where models.boundary_id = $1 or models.boundary_id is null and models.is_active
      order by models.boundary_id is null, models.version desc`,
    [boundaryId],
  );
  return rows;
}

/** Keeps how often the frequent values stand among so many records of a boundary, in place of what was counted before. */
export async function saveTerms(
  client: ClientBase,
  {
    boundaryId,
    terms,
    records,
    asOf,
  }: { boundaryId: number; terms: readonly Term[]; records: number; asOf: Date },
): Promise<void> {
  await client.query("delete from app_private.match_terms where boundary_id = $1", [boundaryId]);
  await client.query(
    `insert into app_private.match_terms (boundary_id, field, term, share)
     select $1, term.* from unnest($2::text[], $3::text[], $4::real[]) as term (field, term, share)`,
    [
      boundaryId,
      terms.map(({ field }) => field),
      terms.map(({ term }) => term),
      terms.map(({ share }) => share),
    ],
  );
  await client.query(
    `insert into app_private.match_statistics (boundary_id, records, counted_at) values ($1, $2, $3)
     on conflict (boundary_id) do update set records = excluded.records, counted_at = excluded.counted_at`,
    [boundaryId, records, asOf],
  );
}

export type Term = { field: string; term: string; share: number };
