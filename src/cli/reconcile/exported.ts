import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Source } from "../../capture/sources/source.ts";
import { parseExactly } from "../../contracts/exact_numbers.ts";
import { openRows } from "../import/open_rows.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import type { Listed } from "./listed.ts";

const Cell = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Cells that are no text, as lists in NDJSON, tell nothing here. */
const Row = z.record(z.string(), z.unknown()).transform((row) =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      const cell = Cell.safeParse(value);
      return cell.success ? [[name, cell.data]] : [];
    }),
  ),
);

/** Rows of a file. Refuses one that has rows and names no lead: it is another file. */
export async function exportedLeads(fromExport: FromExport, name: string): Promise<Listed> {
  const rows = /\.json$/i.test(name) ? await readList(name) : await openTable(name);
  return {
    total: rows.total,
    leads: async function* (onStep) {
      let count = 0;
      let found = 0;
      for await (const row of rows.each(onStep)) {
        count += 1;
        const parsed = Row.safeParse(row);
        const exported = parsed.success ? fromExport(parsed.data) : undefined;
        if (exported === undefined) continue;
        found += 1;
        yield exported;
      }
      if (count > 0 && found === 0) throw new CommandError(EXIT.failed, `No row of ${name} ${NAMES_NONE}`);
    },
  };
}

const NAMES_NONE = 'names a lead: it needs a column "lead_id" or "Lead ID".';

type FromExport = NonNullable<Source["fromExport"]>;
type Rows = { total: number; each: (onStep: (done: number) => void) => AsyncGenerator<unknown> };

/** CSV or NDJSON, in constant memory. */
async function openTable(name: string): Promise<Rows> {
  const { file, close } = await openRows(name, {});
  return {
    total: file.bytes,
    each: async function* (onStep) {
      let read = 0;
      const onBytes = (count: number) => {
        read += count;
        onStep(read);
      };
      try {
        for await (const batch of file.rows(onBytes)) for (const row of batch) yield parsedOf(row.body());
      } finally {
        await close();
      }
    },
  };
}

/** A JSON list of leads, or of their ids alone. */
async function readList(name: string): Promise<Rows> {
  const text = await readFile(name, "utf8").catch(() => {
    throw misused(`The file ${name} cannot be read.`);
  });
  const list = List.safeParse(parsedOf(text));
  if (!list.success) throw new CommandError(EXIT.failed, `${name} is no JSON list of leads or of their ids.`);
  const rows = list.data.map((one) => (typeof one === "object" ? one : { lead_id: one }));
  return {
    total: rows.length,
    each: async function* (onStep) {
      for (const [position, row] of rows.entries()) {
        yield row;
        onStep(position + 1);
      }
    },
  };
}

const List = z.array(z.union([z.string(), z.record(z.string(), z.unknown())]));

function parsedOf(json: string): unknown {
  try {
    return parseExactly(json);
  } catch {
    return undefined;
  }
}
