import { z } from "zod";
import { configure } from "../configuration.ts";
import { attach } from "../find_running.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";

type Lead = { id: string; territory: string; path: string[]; mergedInto: string | null };
type Reason = { role: string; grantedOn: string | null; path: string[] };
type Reader = { actor: string; name: string; kind: string; ways: string[]; reasons: Reason[] };

/** Who reads one lead at this moment, and by which grant. */
export async function whoCanSee(id: string, { json }: { json?: true }): Promise<void> {
  if (!z.uuid().safeParse(id).success) throw misused(`"${id}" is no id of a lead.`);
  const { urls, stop } = await attach(configure());
  try {
    const { lead, readers } = await look(urls, async (worker) => ({
      lead: (await worker.query<Lead>(LEAD, [id])).rows[0],
      readers: (await worker.query<Reader>(READERS, [id])).rows,
    }));
    if (lead === undefined) throw new CommandError(EXIT.failed, `There is no lead ${id}.`);
    if (json) return sayJson({ lead, readers });
    sayReaders(lead, readers);
  } finally {
    await stop();
  }
}

function sayReaders(lead: Lead, readers: Reader[]): void {
  note(`lead ${lead.id} lies in ${lead.path.join(" > ")}`);
  if (lead.mergedInto !== null)
    note(`it was merged into ${lead.mergedInto}: lists leave it out, by its id it is read`);
  const rows = readers.flatMap(({ actor, kind, ways, reasons }) =>
    reasons.map(({ role, grantedOn, path }) => [
      actor,
      kind,
      role,
      grantedOn ?? "nowhere: no membership explains this grant",
      path.join(" > "),
      ways.join(", "),
    ]),
  );
  for (const line of table([
    ["actor", "kind", "role", "granted on", "reaches it by", "comes in by"],
    ...rows,
  ]))
    say(line);
  note("Beside them the logins of the worker and of migrations, and superusers, who serve no request.");
}

const LEAD = `
  select leads.id, territories.slug as territory, leads.merged_into_id as "mergedInto",
         array(select steps.slug from unnest(territories.path) with ordinality as step (id, ordinal)
                 join app_public.territories as steps on steps.id = step.id order by step.ordinal) as path
    from app_public.leads join app_public.territories on territories.id = leads.territory_id
   where leads.id = $1`;

const READERS = `
  select actor, name, kind, ways,
         json_agg(json_build_object('role', role, 'grantedOn', granted_on, 'path', path) order by cardinality(path), role) as reasons
    from app_private.who_can_see($1, now())
   group by actor, name, kind, ways
   order by kind, actor`;
