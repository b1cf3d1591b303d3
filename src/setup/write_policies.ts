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
  insert into app_public.sla_policies (slug, territory_id, kind, source, status, target_seconds, thresholds)
  select wanted.slug, territories.id, wanted.kind, wanted.source, wanted.status, wanted.target_seconds, wanted.thresholds
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, kind text, source text, status text, target_seconds int, thresholds int[])
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update
     set territory_id = excluded.territory_id, kind = excluded.kind, source = excluded.source, status = excluded.status,
         target_seconds = excluded.target_seconds, thresholds = excluded.thresholds, is_active = true`;

const UPSERT_EXCEPTIONS = `
  insert into app_public.exception_policies (kind, duty, resolve_seconds, runbook)
  select wanted.kind, wanted.duty, wanted.resolve_seconds, wanted.runbook
    from jsonb_to_recordset($1) as wanted (kind text, duty text, resolve_seconds int, runbook text)
  on conflict (kind) do update
     set duty = excluded.duty, resolve_seconds = excluded.resolve_seconds, runbook = excluded.runbook`;
