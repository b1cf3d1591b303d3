import type { Client } from "pg";
import { CommandError, EXIT } from "../outcome.ts";
import type { Key } from "./keys.ts";

/** The identity boundary that a territory lies in, and the country that national telephone numbers are read for. */
export async function findBoundary(
  worker: Client,
  slug: string,
): Promise<{ boundary: number; country: string | null }> {
  const { rows } = await worker.query<{ boundary: number; country: string | null }>(
    "select boundary_id as boundary, country from app_public.territories where slug = $1",
    [slug],
  );
  const [found] = rows;
  if (found !== undefined) return found;
  throw new CommandError(EXIT.failed, `There is no territory "${slug}".`);
}

export async function suppressKeys(
  worker: Client,
  boundary: number,
  keys: readonly Key[],
  { reason, endsAt }: { reason: string; endsAt: Date | null },
): Promise<number> {
  const { rows } = await worker.query<{ count: number }>(
    `select app_private.suppress_keys(${KEYS}, $3, $4, null, null, now()) as count`,
    [boundary, JSON.stringify(keys), reason, endsAt],
  );
  return rows[0]?.count ?? 0;
}

export async function liftKeys(
  worker: Client,
  boundary: number,
  keys: readonly Key[],
  reason: string | null,
): Promise<number> {
  const { rows } = await worker.query<{ count: number }>(
    `select app_private.lift_suppressions(${KEYS}, $3, now()) as count`,
    [boundary, JSON.stringify(keys), reason === null ? null : [reason]],
  );
  return rows[0]?.count ?? 0;
}

export type Suppression = {
  kind: string;
  /** The first digits of the hash: enough to tell rows apart, too few to try values against. */
  fingerprint: string;
  reason: string;
  suppressedAt: Date;
  endsAt: Date | null;
  actor: string | null;
};

export async function listKeys(
  worker: Client,
  boundary: number,
  keys: readonly Key[] | null,
): Promise<Suppression[]> {
  const { rows } = await worker.query<Suppression>(LIST, [
    boundary,
    keys === null ? null : JSON.stringify(keys),
  ]);
  return rows;
}

/** Of people, never of test arrivals. */
const KEYS = `array(
  select row($1::int, asked.kind, app_private.identity_hash(asked.value, false))::app_private.suppression_key
    from jsonb_to_recordset($2) as asked (kind text, value text))`;

const LIST = `
  select suppressions.kind, left(encode(suppressions.value_hash, 'hex'), 8) as fingerprint, suppressions.reason, suppressions.suppressed_at as "suppressedAt",
         suppressions.ends_at as "endsAt", actors.slug as actor
    from app_private.suppressions
    left join app_public.actors on actors.id = suppressions.actor_id
   where suppressions.boundary_id = $1
     and ($2::jsonb is null or exists (
       select from jsonb_to_recordset($2::jsonb) as asked (kind text, value text)
        where asked.kind = suppressions.kind and app_private.identity_hash(asked.value, false) = suppressions.value_hash))
   order by suppressions.suppressed_at desc, suppressions.id desc`;
