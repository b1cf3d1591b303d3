import type { ClientBase } from "pg";

/** A rule as YAML says it; its place in the list is its place here. */
export type RoutingRule = { territory: string } & Record<string, string | number | boolean | undefined>;

/** These routing rules in the revision in force, which has none else. */
export async function addRoutingRules(db: ClientBase, rules: readonly RoutingRule[]): Promise<void> {
  await db.query(
    `insert into app_public.routing_rules
       (revision, territory_id, position, source, country, segment, language, score_min, score_max, condition,
        actor_id, team_id, is_for_manager)
     select app_private.current_revision(), territories.id, wanted.position, wanted.source, wanted.country, wanted.segment,
            wanted.language, wanted.score_min, wanted.score_max, wanted.condition::jsonpath,
            (select id from app_public.actors where slug = wanted.person), (select id from app_public.teams where slug = wanted.team),
            wanted.manager_of_last_owner
       from jsonb_to_recordset($1) as wanted (
         territory text, position int, source text, country text, segment text, language text, score_min int, score_max int,
         condition text, person text, team text, manager_of_last_owner boolean)
       join app_public.territories on territories.slug = wanted.territory`,
    [JSON.stringify(rules.map((rule, at) => ({ ...rule, position: at + 1 })))],
  );
}
