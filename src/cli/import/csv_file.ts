import { createHash } from "node:crypto";
import { CommandError, EXIT } from "../outcome.ts";
import { ERROR_COLUMNS, type FileRow, type RowFile } from "./row_file.ts";
import type { SourceFile } from "./source_file.ts";
import { type CsvDialect, type CsvRecord, EndlessRecord, MAX_RECORD, makeCsvSplitter } from "./split_csv.ts";

/** A table with a header row. Refuses a header that cannot name the cells below it, before a row is staged. */
export async function openCsv(source: SourceFile): Promise<RowFile> {
  const dialect = guessDialect(source.beginning);
  const header = await readHeader(source, dialect);
  const names = (header.record?.cells ?? []).map((name) => name.trim());
  const columns = names.filter((name) => !isErrorColumn(name));
  refuseBadHeader(source.name, header.record, columns);
  const rowOf = makeRowReader(names, dialect.delimiter);
  return {
    name: source.name,
    description: `CSV, ${source.encoding}, separated by ${NAMES[dialect.delimiter] ?? dialect.delimiter}`,
    columns,
    bytes: source.bytes,
    fingerprint: createHash("sha256").update(`csv 1 ${source.encoding} ${source.sha256}`).digest(),
    rows: async function* (onBytes) {
      let number = 0;
      for await (const records of readRecords(source, dialect, onBytes)) {
        const rows: FileRow[] = [];
        for (const record of records) {
          number += 1;
          if (record.raw !== "" && number > header.number) rows.push(rowOf(number, record));
        }
        yield rows;
      }
    },
    errors: {
      extension: "csv",
      header: [...ERROR_COLUMNS, bare(header.record?.raw ?? "", names, dialect)].join(dialect.delimiter),
      line: ({ number, raw }, reasons) =>
        [number, `"${reasons.replaceAll('"', '""')}"`, raw].join(dialect.delimiter),
    },
  };
}

const NAMES: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs" };

function isErrorColumn(name: string): boolean {
  return ERROR_COLUMNS.some((column) => column === name);
}

/** Keys in one order, so that the same row has the same bytes wherever its columns stand. */
function makeRowReader(names: string[], delimiter: string): (number: number, record: CsvRecord) => FileRow {
  const places = names
    .map((name, position) => ({ name, position, prefix: `${JSON.stringify(name)}:` }))
    .filter(({ name }) => !isErrorColumn(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const dialect = { delimiter };
  return (number, record) => {
    const raw = bare(record.raw, names, dialect);
    const { cells } = record;
    if (cells === null) {
      const fault = "a quote is not closed, or is closed in the middle of a cell";
      return { number, raw, body: () => JSON.stringify({ cells: [raw] }), fault };
    }
    if (cells.length < names.length || cells.slice(names.length).some((cell) => cell !== "")) {
      const own = cells.filter((_, position) => !isErrorColumn(names[position] ?? ""));
      const fault = `has ${own.length} cells where the header has ${places.length}`;
      return { number, raw, body: () => JSON.stringify({ cells: own }), fault };
    }
    const body = () => {
      let text = "";
      for (const { position, prefix } of places) text += `,${prefix}${JSON.stringify(cells[position])}`;
      return `{${text.slice(1)}}`;
    };
    return { number, raw, body };
  };
}

/** Without what an error file puts in front: a row that comes back unchanged is the row that it was. */
function bare(raw: string, names: string[], { delimiter }: Pick<CsvDialect, "delimiter">): string {
  if (!ERROR_COLUMNS.every((column, position) => names[position] === column)) return raw;
  const cell = `(?:"(?:[^"]|"")*"|[^"${delimiter}]*)${delimiter}`;
  return raw.replace(new RegExp(`^${cell}${cell}`), "");
}

/** The first line that is not empty, and its number. */
async function readHeader(
  source: SourceFile,
  dialect: CsvDialect,
): Promise<{ record?: CsvRecord; number: number }> {
  let number = 0;
  for await (const records of readRecords(source, dialect)) {
    for (const record of records) {
      number += 1;
      if (record.raw !== "") return { record, number };
    }
  }
  return { number };
}

async function* readRecords(
  source: SourceFile,
  dialect: CsvDialect,
  onBytes?: (count: number) => void,
): AsyncGenerator<CsvRecord[]> {
  const split = makeCsvSplitter(dialect);
  let count = 0;
  const take = (text: string, isLast: boolean) => {
    const records = split(text, isLast);
    count += records.length;
    return records;
  };
  try {
    for await (const text of source.text(onBytes)) yield take(text, false);
    yield take("", true);
  } catch (error) {
    if (!(error instanceof EndlessRecord)) throw error;
    throw new CommandError(
      EXIT.failed,
      `${source.name}: row ${count + 1} does not end within ${MAX_RECORD >> 20} MB. This is no table. ` +
        "Nothing from there on was read.",
    );
  }
}

function refuseBadHeader(file: string, header: CsvRecord | undefined, columns: string[]): void {
  if (header === undefined)
    throw new CommandError(EXIT.failed, `${file} is empty: a header row comes first.`);
  if (header.cells === null)
    throw new CommandError(EXIT.failed, `${file}: a quote is opened and not closed in the header.`);
  if (columns.includes("")) {
    throw new CommandError(
      EXIT.failed,
      `${file}: column ${columns.indexOf("") + 1} of the header has no name.`,
    );
  }
  const known = new Set<string>();
  for (const name of columns) {
    if (known.has(name)) throw new CommandError(EXIT.failed, `${file}: the header names "${name}" twice.`);
    known.add(name);
  }
}

/** The delimiter that stands most often in the header, outside of quotes, and how its line ends. */
export function guessDialect(beginning: string): CsvDialect {
  const counts = new Map([",", ";", "\t"].map((mark) => [mark, 0]));
  let isQuoted = false;
  let lineEnd: CsvDialect["lineEnd"] = "\n";
  const characters = [...beginning.trimStart()];
  for (const [position, character] of characters.entries()) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[\r\n]/.test(character)) {
      // A carriage return alone: as spreadsheets on old Macintoshes wrote.
      if (character === "\r" && characters[position + 1] !== "\n") lineEnd = "\r";
      break;
    } else if (!isQuoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best = ","] = [",", ";", "\t"].sort(
    (left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0),
  );
  return { delimiter: best, lineEnd };
}
