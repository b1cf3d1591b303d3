import type { Pool } from "pg";
import { table } from "../output.ts";
import type { CapturePath } from "./capture_path.ts";
import type { Tally } from "./stage_rows.ts";

export type ImportResult = {
  path: string;
  file: string;
  rows: number;
  newCaptures: number;
  alreadyKnown: number;
  failed: number;
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
  const { rows, stored, known, failed } = tally;
  return {
    path: path.slug,
    file,
    rows,
    newCaptures: stored,
    alreadyKnown: known,
    failed,
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
      ...(result.failed > 0 ? [["  refused by the database", result.failed]] : []),
    ]),
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

function remarks({ rows, alreadyKnown, quarantined, pending }: ImportResult): string[] {
  return [
    ...(rows > 0 && alreadyKnown === rows ? ["Nothing was added: every row was known."] : []),
    ...(rows === 0 ? ["The file has a header and no rows."] : []),
    ...(quarantined > 0
      ? ["Quarantined rows are kept, with their reasons, as exceptions of the capture team."]
      : []),
    ...(pending > 0 ? ["Some are still pending: `npx catchment doctor` looks for the reason."] : []),
  ];
}
