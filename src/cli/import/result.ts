import type { Pool } from "pg";
import { table } from "../output.ts";
import type { CapturePath } from "./capture_path.ts";
import type { ErrorReport } from "./error_file.ts";
import { reasonLines } from "./reasons.ts";
import type { Tally } from "./stage_file.ts";

export type ImportResult = {
  path: string;
  file: string;
  rows: number;
  newCaptures: number;
  alreadyKnown: number;
  failed: number;
  /** Rows that an earlier run, which was cut short, had stored; they are counted above as that run found them. */
  resumed: number;
  /** Rows of this file that are in quarantine, or that could not be stored. */
  errors: ErrorReport;
  /** From here on: what the database holds of this path, earlier imports included. */
  leads: number;
  sourceEvents: number;
  pending: number;
  quarantined: number;
  channels: { channel: string | null; sourceEvents: number }[];
};

/** Counted in the database, not on the way. */
export async function readResult(
  pool: Pool,
  path: CapturePath,
  file: string,
  tally: Tally,
  errors: ErrorReport,
): Promise<ImportResult> {
  const counts = await pool.query<{ leads: number; pending: number; quarantined: number }>(
    `select count(distinct captures.lead_id)::int as leads,
            (count(*) filter (where captures.status = 'pending'))::int as pending,
            (count(*) filter (where captures.status in ('quarantined', 'error')))::int as quarantined
       from app_public.captures where captures.path_id = $1`,
    [path.id],
  );
  const channels = await pool.query<{ channel: string | null; events: number }>(
    `select source_events.channel, count(*)::int as events
       from app_public.source_events join app_public.captures on captures.id = source_events.capture_id
      where captures.path_id = $1 group by 1 order by 2 desc, 1`,
    [path.id],
  );
  const { leads = 0, pending = 0, quarantined = 0 } = counts.rows[0] ?? {};
  const { rows, stored, known, failed, resumed } = tally;
  return {
    path: path.slug,
    file,
    rows,
    newCaptures: stored,
    alreadyKnown: known,
    failed,
    resumed,
    errors,
    leads,
    sourceEvents: channels.rows.reduce((sum, { events }) => sum + events, 0),
    pending,
    quarantined,
    channels: channels.rows.map(({ channel, events }) => ({ channel, sourceEvents: events })),
  };
}

export function describeResult(result: ImportResult): string[] {
  const shown = result.channels.slice(0, MOST_CHANNELS);
  const hidden = result.channels.length - shown.length;
  return [
    `${result.file} into ${result.path}`,
    ...table([
      ["  rows", result.rows],
      ["  new captures", result.newCaptures],
      ["  already known", result.alreadyKnown],
      ...(result.failed > 0 ? [["  not stored", result.failed]] : []),
      ...(result.errors.rows > 0 ? [["  refused", result.errors.rows]] : []),
    ]),
    ...(result.errors.reasons.length > 0 ? ["Refused because of"] : []),
    ...reasonLines(result.errors.reasons.slice(0, MOST_REASONS)),
    `In the database, all of ${result.path}`,
    ...table([
      ["  leads", result.leads],
      ["  source events", result.sourceEvents],
      ["  pending", result.pending],
      ["  quarantined", result.quarantined],
    ]),
    ...(shown.length > 0 ? ["Source events by channel"] : []),
    ...table(shown.map(({ channel, sourceEvents }) => [`  ${channel ?? "(empty)"}`, sourceEvents])),
    ...(hidden > 0 ? [`  and ${hidden} more channels; --json lists all`] : []),
    ...remarks(result),
  ];
}

const MOST_CHANNELS = 30;
const MOST_REASONS = 30;

function remarks({ rows, alreadyKnown, quarantined, pending, errors }: ImportResult): string[] {
  return [
    ...(errors.file === null
      ? []
      : [`The refused rows stand in ${errors.file}: correct them there and import that file.`]),
    ...(rows > 0 && alreadyKnown === rows ? ["Nothing was added: every row was known."] : []),
    ...(rows === 0 ? ["The file has a header and no rows."] : []),
    ...(quarantined > 0
      ? ["Quarantined rows are kept, with their reasons, as exceptions of the capture team."]
      : []),
    ...(pending > 0 ? ["Some are still pending: `npx catchment doctor` looks for the reason."] : []),
  ];
}
