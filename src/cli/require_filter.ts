import type { Pool } from "pg";
import type { Filter } from "../pipeline/selection.ts";
import { CommandError, EXIT } from "./outcome.ts";

type Named = Pick<Filter, "ids" | "path" | "kind"> & { territory?: string | undefined };

/**
 * Ends the command when the filter names what is not there: a misspelt word would select nothing, and nothing selected
 * looks like nothing to do. That a capture is there and no longer in quarantine is no mistake: a second time does nothing.
 */
export async function requireFilter(
  client: Pick<Pool, "query">,
  { ids, path, kind, territory }: Named,
): Promise<void> {
  const slugs = async (table: "capture_paths" | "territories") =>
    (await client.query<{ slug: string }>(`select slug from app_public.${table} order by slug`)).rows.map(
      (row) => row.slug,
    );
  if (path !== undefined) requireOne("path", path, await slugs("capture_paths"));
  if (territory !== undefined) requireOne("territory", territory, await slugs("territories"));
  if (kind !== undefined && !REFUSED.includes(kind)) {
    const { rowCount } = await client.query(
      "select from app_public.captures where captures.outcome = $1 limit 1",
      [kind],
    );
    if (rowCount === 0) throw failed(`No capture ended as "${kind}". Refused ones are ${list(REFUSED)}.`);
  }
  if (ids !== undefined) {
    const { rows } = await client.query<{ id: string }>(
      "select wanted.id from unnest($1::uuid[]) as wanted (id) where not exists (select from app_public.captures where captures.id = wanted.id)",
      [ids],
    );
    if (rows.length > 0) throw failed(`There is no capture ${list(rows.map(({ id }) => id))}.`);
  }
}

/** How a refused capture can have ended, whether or not one has. */
const REFUSED: readonly string[] = [
  "contract_violation",
  "suspected_spam",
  "no_territory",
  "fetch_failed",
  "processing_failed",
  "activity_without_lead",
  "discarded",
];

/** Ends the command when the word is none of those that there are. */
export function requireOne(what: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  throw failed(`There is no ${what} "${word}". There are ${list(known) || "none"}.`);
}

function list(words: readonly string[]): string {
  return `${words.slice(0, SHOWN).join(", ")}${words.length > SHOWN ? " and more" : ""}`;
}

const SHOWN = 30;

function failed(message: string): CommandError {
  return new CommandError(EXIT.failed, message);
}
