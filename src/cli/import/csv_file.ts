import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { CommandError, EXIT, misused } from "../outcome.ts";

export type CsvFile = {
  columns: string[];
  bytes: number;
  /** Rows in order, in constant memory. One whose cells do not fit the columns comes as its bare cells. */
  rows: (onBytes: (count: number) => void) => AsyncGenerator<CsvRow>;
};

export type CsvRow = Record<string, string> | string[];

/** Reads the file once to see that it is text, and its header. Whatever is wrong is found before a row is staged. */
export async function openCsv(path: string, encoding: string): Promise<CsvFile> {
  const { size } = await stat(path).catch(() => {
    throw misused(`The file ${path} cannot be read.`);
  });
  const delimiter = guessDelimiter(await readThrough(path, encoding));
  const header = await firstRecord(path, encoding, delimiter);
  const columns = header.map((name) => name.trim());
  refuseBadHeader(path, columns);
  return {
    columns,
    bytes: size,
    rows: async function* (onBytes) {
      let isHeader = true;
      for await (const cells of records(path, encoding, delimiter, onBytes)) {
        if (isHeader) isHeader = false;
        else yield toRow(columns, cells);
      }
    },
  };
}

/** Keys in one order, so that the same row has the same bytes wherever its columns stand. */
function toRow(columns: string[], cells: string[]): CsvRow {
  if (cells.length !== columns.length) return cells;
  const pairs = columns.map((name, position): [string, string] => [name, cells[position] ?? ""]);
  return Object.fromEntries(pairs.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function refuseBadHeader(path: string, columns: string[]): void {
  const twice = columns.find((name, position) => columns.indexOf(name) !== position);
  if (columns.length === 0)
    throw new CommandError(EXIT.failed, `${path} is empty: a header row comes first.`);
  if (columns.includes("")) {
    throw new CommandError(
      EXIT.failed,
      `${path}: column ${columns.indexOf("") + 1} of the header has no name.`,
    );
  }
  if (twice !== undefined) throw new CommandError(EXIT.failed, `${path}: the header names "${twice}" twice.`);
}

async function firstRecord(path: string, encoding: string, delimiter: string): Promise<string[]> {
  for await (const cells of records(path, encoding, delimiter, () => {})) return cells;
  return [];
}

async function* records(
  path: string,
  encoding: string,
  delimiter: string,
  onBytes: (count: number) => void,
): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true, // a stray quote is the row's fault, and the row is kept
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  });
  const decode = (chunks: AsyncIterable<Buffer>) => decoded(chunks, encoding, onBytes);
  pipeline(createReadStream(path), decode, parser, () => {}); // what fails is thrown by the loop below
  try {
    for await (const cells of parser) yield cells;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CommandError(EXIT.failed, `${path}: ${explain(error)} Rows before it were imported.`);
  }
}

/** More than this is a quote that nobody closed. */
const MAX_RECORD = 1024 * 1024;

function explain(error: CsvError): string {
  if (error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE") {
    return `a quote is opened and not closed in line ${Reflect.get(error, "lines") ?? "?"} or before.`;
  }
  return `${error.message}.`;
}

async function* decoded(
  chunks: AsyncIterable<Buffer>,
  encoding: string,
  onBytes: (count: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true }); // takes a byte order mark away
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

/** Returns the beginning. A wrong letter in the last line would otherwise be found after all others are staged. */
async function readThrough(path: string, encoding: string): Promise<string> {
  let beginning = "";
  try {
    for await (const text of decoded(createReadStream(path), encoding, () => {})) {
      if (beginning.length < 65_536) beginning += text;
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw misused(`"${encoding}" is no encoding. Try utf-8 or windows-1252.`);
    if (!(error instanceof TypeError)) throw misused(`The file ${path} cannot be read.`);
    const hint = encoding === "utf-8" ? "windows-1252" : "utf-8";
    throw misused(`${path} is not ${encoding} text. Nothing was imported. Try --encoding ${hint}.`);
  }
  return beginning;
}

/** The one that stands most often in the header, outside of quotes. */
function guessDelimiter(beginning: string): string {
  const counts = new Map([",", ";", "\t"].map((mark) => [mark, 0]));
  let isQuoted = false;
  for (const character of beginning) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[\r\n]/.test(character)) break;
    else if (!isQuoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best = ","] = [",", ";", "\t"].sort(
    (left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0),
  );
  return best;
}
