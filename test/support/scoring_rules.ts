import type { ClientBase } from "pg";

type ScoringRule = {
  part: "fit" | "engagement";
  points: number;
  reason: string;
  condition?: string;
  touches_min?: number;
};

/** More rules of the whole client, behind those of the revision in force. */
export async function addScoringRules(db: ClientBase, rules: readonly ScoringRule[]): Promise<void> {
  await db.query(
    `insert into app_public.scoring_rules (revision, territory_id, position, part, points, reason, condition, touches_min)
     select app_private.current_revision(), territories.id, 1000 + wanted.n, wanted.part, wanted.points, wanted.reason,
            wanted.condition::jsonpath, wanted.touches_min
       from rows from (jsonb_to_recordset($1) as (part text, points int, reason text, condition text, touches_min int)) with ordinality
              as wanted (part, points, reason, condition, touches_min, n)
       join app_public.territories on territories.slug = 'global'`,
    [JSON.stringify(rules)],
  );
}
