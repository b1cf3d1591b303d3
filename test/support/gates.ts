import type { ClientBase } from "pg";
import { asWorker } from "./arrivals.ts";
import { publishNext } from "./next_contract.ts";
import { oneValue } from "./rows.ts";

/** From now on the path's contract demands consent to `contact`. */
export async function demandConsent(db: ClientBase, path = "web-form"): Promise<void> {
  const consents = [{ purpose: "contact", field: "contact", text_version: "1", required: true }];
  await publishNext(db, path, { at: "{consents}", value: consents });
}

/** An element of `attributes.consents`. */
export function said(state: string, purpose = "contact", given_at?: string) {
  return { purpose, state, text_version: "1", ...(given_at === undefined ? {} : { given_at }) };
}

export type Key = { kind: "email" | "phone" | "domain" | "external_id"; value: string };

type Suppression = { reason?: string; until?: Date | null; asOf?: Date; territory?: string };

/** Puts keys on the list of the client of this territory; answers how many rows are new. */
export function suppress(
  db: ClientBase,
  keys: Key[],
  { reason = "complained", until = null, asOf, territory = "global" }: Suppression = {},
): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(
      db,
      `select app_private.suppress_keys(${KEYS}, $3, $4, null, null, coalesce($5, now())) as value`,
      [territory, JSON.stringify(keys), reason, until, asOf ?? null],
    ),
  );
}

/** Takes them off it; answers how many rows went. */
export function lift(db: ClientBase, keys: Key[], { asOf, reason }: Suppression = {}): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(db, `select app_private.lift_suppressions(${KEYS}, $3, coalesce($4, now())) as value`, [
      "global",
      JSON.stringify(keys),
      reason === undefined ? null : [reason],
      asOf ?? null,
    ]),
  );
}

/** One row of `suppression_key` a key, as the command line makes them. */
export const KEYS = `array(
  select row(territories.boundary_id, asked.kind, app_private.identity_hash(asked.value, false))::app_private.suppression_key
    from jsonb_to_recordset($2) as asked (kind text, value text), app_public.territories where territories.slug = $1)`;
