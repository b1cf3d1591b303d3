import { createHash } from "node:crypto";
import { CommandError, EXIT } from "../outcome.ts";
import { ERROR_COLUMNS, type FileRow, type RowFile } from "./row_file.ts";
import type { SourceFile } from "./source_file.ts";
import { MAX_RECORD } from "./split_csv.ts";

/** JSON line by line. Each line is staged as it stands, whatever it is: its contract judges it. */
export function openNdjson(source: SourceFile): RowFile {
  return {
    name: source.name,
    description: `NDJSON, ${source.encoding}`,
    bytes: source.bytes,
    fingerprint: createHash("sha256").update(`ndjson 1 ${source.encoding} ${source.sha256}`).digest(),
    rows: async function* (onBytes) {
      let number = 0;
      for await (const lines of readLines(source, onBytes)) {
        const rows: FileRow[] = [];
        for (const line of lines) {
          number += 1;
          const raw = bare(line.trim());
          if (raw !== "") rows.push({ number, raw, body: () => raw });
        }
        yield rows;
      }
    },
    errors: { extension: "ndjson", header: "", line: annotate },
  };
}

async function* readLines(source: SourceFile, onBytes?: (count: number) => void): AsyncGenerator<string[]> {
  let rest = "";
  let count = 1;
  for await (const text of source.text(onBytes)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    count += lines.length;
    yield lines;
    if (rest.length <= MAX_RECORD) continue;
    throw new CommandError(
      EXIT.failed,
      `${source.name}: line ${count} does not end within ${MAX_RECORD >> 20} MB. Nothing from there on was read.`,
    );
  }
  yield [rest];
}

const [ROW, REASONS] = ERROR_COLUMNS;

/** The line stays as it was but for two members in front. One that is no object is put into one, as text. */
function annotate({ number, raw }: FileRow, reasons: string): string {
  const front = `{"${ROW}":${number},"${REASONS}":${JSON.stringify(reasons)}`;
  if (!raw.startsWith("{")) return `${front},"catchment_line":${JSON.stringify(raw)}}`;
  return /^\{\s*\}$/.test(raw) ? `${front}}` : `${front},${raw.slice(1)}`;
}

const FRONT = new RegExp(`^\\{"${ROW}":\\d+,"${REASONS}":"(?:[^"\\\\]|\\\\.)*"(?:,|(?=\\}))`);
const WRAPPED = /^\{"catchment_line":("(?:[^"\\]|\\.)*")\}$/;

/** Undoes `annotate`. */
function bare(line: string): string {
  if (!FRONT.test(line)) return line;
  const rest = `{${line.replace(FRONT, "")}`;
  const wrapped = WRAPPED.exec(rest)?.[1];
  if (wrapped === undefined) return rest;
  const text: unknown = JSON.parse(wrapped);
  return typeof text === "string" ? text : rest;
}
