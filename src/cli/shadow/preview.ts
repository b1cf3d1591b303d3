import type { Pool } from "pg";
import { type Edits, LEAD_FIELDS, type LeadField, normalizeEdits } from "../../normalize/edits.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { requireRevision } from "../revision.ts";
import { withWorkerPool } from "../worker_pool.ts";

type Options = { path?: string; field: string[]; revision?: number; json?: true };

type Preview = {
  revision: number;
  path: string;
  territory: string | null;
  located_by: object;
  gate: string | null;
  score: number | null;
  action: string;
  owner: string | null;
  team: string | null;
  explanation: string;
  candidates: { actor: string; chosen: boolean; reason: string }[] | null;
  policy: string | null;
  warn_at: Date | null;
  due_at: Date | null;
  overdue_at: Date | null;
  assumes: string[];
};

/** Tells what would become of somebody who came now, or of a lead with other fields. Writes nothing. */
export async function previewRoute(lead: string | undefined, options: Options): Promise<void> {
  const { path, revision = null } = options;
  if (lead === undefined && path === undefined)
    throw misused("Say the path that somebody would come through: --path web-form. Or name a lead.");
  if (lead !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(lead))
    throw misused(`"${lead}" is no id of a lead.`);
  const preview = await withWorkerPool("route-preview", async (pool) => {
    await requireRevision(pool, revision);
    const place = await placeOf(pool, path, lead);
    const fields = normalized(options.field, place.country);
    const { rows } = await pool.query<Preview>(PREVIEW, [
      path === undefined ? null : place.pathId,
      lead ?? null,
      JSON.stringify(fields),
      revision,
    ]);
    return rows[0];
  });
  if (preview === undefined) throw new Error("The preview was not answered.");
  if (options.json) return sayJson(preview);
  for (const line of describe(preview)) say(line);
}

type Place = { pathId: number; country: string | null };

async function placeOf(pool: Pool, path: string | undefined, lead: string | undefined): Promise<Place> {
  if (lead !== undefined) {
    const { rowCount } = await pool.query("select from app_public.leads where id = $1", [lead]);
    if (rowCount === 0) throw new CommandError(EXIT.failed, `There is no lead ${lead}.`);
    if (path === undefined) return { pathId: 0, country: null };
  }
  const { rows } = await pool.query<Place>(PATH, [path]);
  const [place] = rows;
  if (place === undefined) throw new CommandError(EXIT.failed, `There is no open path "${path}".`);
  return place;
}

/** Fields in the shape that arrivals have; `score` stands for what the scoring rules would give. */
function normalized(said: readonly string[], country: string | null): Record<string, string | number | null> {
  const typed: Edits = {};
  let score: number | undefined;
  for (const text of said) {
    const at = text.indexOf("=");
    if (at < 0)
      throw misused(
        `--field ${text}: it is a field and its value, as in country=DE; country= is an empty one.`,
      );
    const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (name === "score") score = scoreOf(value);
    else if (isLeadField(name)) typed[name] = value === "" ? null : value;
    else throw misused(`There is no field "${name}": ${LEAD_FIELDS.join(", ")}, score.`);
  }
  const context = { defaultCountry: country, receivedAt: new Date(), country };
  const read = normalizeEdits(typed, context);
  if (!read.ok) throw misused(`--field ${read.field} ${read.message}.`);
  return { ...read.edits, ...(score !== undefined && { score }) };
}

function isLeadField(name: string): name is LeadField {
  return LEAD_FIELDS.some((field) => field === name);
}

function scoreOf(text: string): number {
  const score = Number(text);
  if (!Number.isInteger(score) || score < 0 || score > 100)
    throw misused(`--field score=${text} is no whole number from 0 to 100.`);
  return score;
}

function describe(preview: Preview): string[] {
  const rows = [
    ["  territory", preview.territory ?? "none"],
    ["  located by", JSON.stringify(preview.located_by)],
    ["  gate", preview.gate ?? "not asked"],
    ["  score", String(preview.score ?? "none")],
    ["  team", preview.team ?? "none"],
    ["  owner", preview.owner ?? "nobody"],
    ["  policy", preview.policy ?? "none"],
    ["  warned at", preview.warn_at?.toISOString() ?? "never"],
    ["  due at", preview.due_at?.toISOString() ?? "never"],
    ["  overdue at", preview.overdue_at?.toISOString() ?? "never"],
  ];
  const candidates = (preview.candidates ?? []).map(({ actor, reason }) => [`  ${actor}`, reason]);
  return [
    preview.explanation,
    ...table(rows),
    ...(candidates.length === 0 ? [] : ["Candidates", ...table(candidates)]),
    `Through ${preview.path}, under revision ${preview.revision}. Taken for granted: ${preview.assumes.join("; ")}.`,
  ];
}

const PATH = `
  select capture_paths.id as "pathId", territories.country
    from app_public.capture_paths join app_public.territories on territories.id = capture_paths.territory_id
   where capture_paths.slug = $1 and capture_paths.is_active and capture_paths.active_contract_id is not null`;

const PREVIEW = `
  select preview.* from app_private.preview_route($1, $2, $3, coalesce($4, app_private.current_revision()), now()) as preview`;
