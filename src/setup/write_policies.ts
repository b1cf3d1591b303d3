import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { ExceptionPolicy } from "./shipped.ts";

/** SLA policies of the folder, the rest switched off (running clocks point at them), and the exception policies. */
export async function writePolicies(
  client: Client,
  { sla_policies }: Organization,
  exceptionPolicies: readonly ExceptionPolicy[],
): Promise<void> {
  for (const statement of [RETIRE, UPSERT]) await client.query(statement, [JSON.stringify(sla_policies)]);
  await client.query(UPSERT_EXCEPTIONS, [JSON.stringify(exceptionPolicies)]);
}

const RETIRE = `
  update app_public.sla_policies set is_active = false
   where sla_policies.is_active
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text) where wanted.slug = sla_policies.slug)`;

const UPSERT = `
  insert into app_public.sla_policies (slug, territory_id, kind, source, status, target_seconds, thresholds, threshold_actions,
                                       time, stops_on, pauses_on, max_pause_seconds, on_reassign)
  select wanted.slug, territories.id, wanted.kind, wanted.source, wanted.status, wanted.target_seconds,
         array(select (item ->> 'at')::int from jsonb_array_elements(wanted.thresholds) with ordinality as items (item, n) order by n),
         coalesce((select jsonb_object_agg(item ->> 'at', item -> 'do') from jsonb_array_elements(wanted.thresholds) as item where item -> 'do' <> 'null'), '{}'),
         wanted.time, wanted.stops_on, wanted.pauses_on, wanted.max_pause_seconds, wanted.on_reassign
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, kind text, source text, status text, target_seconds int, thresholds jsonb,
      time text, stops_on text[], pauses_on text[], max_pause_seconds int, on_reassign text)
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update
     set territory_id = excluded.territory_id, kind = excluded.kind, source = excluded.source, status = excluded.status,
         target_seconds = excluded.target_seconds, thresholds = excluded.thresholds, threshold_actions = excluded.threshold_actions,
         time = excluded.time, stops_on = excluded.stops_on, pauses_on = excluded.pauses_on, max_pause_seconds = excluded.max_pause_seconds,
         on_reassign = excluded.on_reassign, is_active = true`;

const UPSERT_EXCEPTIONS = `
  insert into app_public.exception_policies
    (kind, duty, team_id, fallback_team_id, acknowledge_seconds, resolve_seconds, remind_seconds, time, holds_automation, runbook)
  select wanted.kind, wanted.duty, owners.id, fallbacks.id, wanted.acknowledge_seconds, wanted.resolve_seconds, wanted.remind_seconds,
         wanted.time, wanted.holds_automation, wanted.runbook
    from jsonb_to_recordset($1) as wanted (
      kind text, duty text, team text, fallback text, acknowledge_seconds int, resolve_seconds int, remind_seconds int, time text,
      holds_automation boolean, runbook text)
    left join app_public.teams as owners on owners.slug = wanted.team
    left join app_public.teams as fallbacks on fallbacks.slug = wanted.fallback
  on conflict (kind) do update
     set duty = excluded.duty, team_id = excluded.team_id, fallback_team_id = excluded.fallback_team_id,
         acknowledge_seconds = excluded.acknowledge_seconds, resolve_seconds = excluded.resolve_seconds,
         remind_seconds = excluded.remind_seconds, time = excluded.time, holds_automation = excluded.holds_automation,
         runbook = excluded.runbook`;
