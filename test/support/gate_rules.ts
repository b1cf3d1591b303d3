import type { ClientBase } from "pg";

/** A rule as YAML says it; its place in the list is its place here. */
export type GateRule = { territory: string; result: string } & Record<
  string,
  string | number | boolean | string[]
>;

/** These rules of the gate in the revision in force, which has none else. */
export async function addGateRules(db: ClientBase, rules: readonly GateRule[]): Promise<void> {
  await db.query(
    `insert into app_public.gate_rules
       (revision, territory_id, position, source, account_statuses, older_than_days, score_below, is_doubtful, missing, condition, result)
     select app_private.current_revision(), territories.id, wanted.position, wanted.source, wanted.account_status, wanted.older_than_days,
            wanted.score_below, wanted.doubtful, wanted.missing, wanted.condition::jsonpath, wanted.result
       from jsonb_to_recordset($1) as wanted (
         territory text, position int, source text, account_status text[], older_than_days int, score_below int, doubtful boolean,
         missing text[], condition text, result text)
       join app_public.territories on territories.slug = wanted.territory`,
    [JSON.stringify(rules.map((rule, at) => ({ ...rule, position: at + 1 })))],
  );
}
