import { z } from "zod";
import { filterOf } from "../filter.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { violationsOf } from "./violations.ts";

/** Prints one refused arrival whole. What it prints is personal data. */
export async function show(id: string, { json }: { json?: true }): Promise<void> {
  filterOf({}, [id]); // refuses what is no id
  const { rows } = await withWorkerPool("quarantine", (pool) =>
    pool.query("select raw.* from app_private.raw_capture_of($1) as raw", [id]),
  );
  if (rows.length === 0)
    throw new CommandError(EXIT.failed, `Capture ${id} is not and was not in quarantine.`);
  if (json) return sayJson(rows[0]);
  const capture = Raw.parse(rows[0]);
  say(`capture      ${id}`);
  for (const [name, value] of facts(capture)) if (value !== null) say(`${name.padEnd(12)} ${value}`);
  for (const [name, value] of Object.entries(capture.headers ?? {})) say(`header       ${name}: ${value}`);
  for (const { kind, path, message } of violationsOf(capture.violations)) {
    say(`violation    ${kind} ${path || "(the document)"}: ${message}`);
  }
  for (const [pointer, value] of Object.entries(capture.corrections ?? {})) {
    say(`corrected    ${pointer || "(the document)"} = ${JSON.stringify(value)}`);
  }
  say(capture.is_text ? "body" : "body (no text; its first 512 bytes)");
  say(capture.body);
}

function facts(capture: z.infer<typeof Raw>): [string, string | null][] {
  return [
    ["path", capture.path],
    ["status", `${capture.status}${capture.outcome === null ? "" : `, ${capture.outcome}`}`],
    ["contract", capture.contract_version === null ? null : `version ${capture.contract_version}`],
    ["received", capture.received_at.toISOString()],
    ["released", capture.released_at?.toISOString() ?? null],
    ["due", capture.due_at?.toISOString() ?? null],
    ["trace", capture.trace_id],
    ["discarded", capture.discard_reason],
    ["type", capture.content_type],
  ];
}

const Raw = z.object({
  path: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  contract_version: z.number().nullable(),
  trace_id: z.string(),
  received_at: z.date(),
  released_at: z.date().nullable(),
  due_at: z.date().nullable(),
  discard_reason: z.string().nullable(),
  content_type: z.string().nullable(),
  headers: z.record(z.string(), z.string()).nullable(),
  body: z.string(),
  is_text: z.boolean(),
  violations: z.unknown(),
  corrections: z.record(z.string(), z.unknown()).nullable(),
});
