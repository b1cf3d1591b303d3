import { openCsv } from "./csv_file.ts";
import { openNdjson } from "./ndjson_file.ts";
import type { RowFile } from "./row_file.ts";
import { openSource } from "./source_file.ts";

/** Opens a file by what it is said to be, else by how its name ends, else as CSV. */
export async function openRows(
  name: string,
  { format, encoding }: { format?: "csv" | "ndjson" | undefined; encoding?: string | undefined },
): Promise<{ file: RowFile; close: () => Promise<void> }> {
  const source = await openSource(name, encoding);
  const isNdjson = format === undefined ? /\.(?:ndjson|jsonl)$/i.test(name) : format === "ndjson";
  try {
    return { file: isNdjson ? openNdjson(source) : await openCsv(source), close: source.close };
  } catch (error) {
    await source.close();
    throw error;
  }
}
