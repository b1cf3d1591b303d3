import type { Client } from "pg";
import { configure } from "../configuration.ts";
import { findRunning } from "../find_running.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { type Key, readKey } from "./keys.ts";
import { type Line, linesOf } from "./lines.ts";
import { findBoundary, liftKeys, listKeys, suppressKeys } from "./store.ts";

type Add = { reason: string; until?: string; json?: true };

export async function add(territory: string, given: string[], options: Add): Promise<void> {
  await put(territory, given.length > 0 ? numbered(given) : linesOf("-"), options);
}

export async function addFile(territory: string, file: string, options: Add): Promise<void> {
  await put(territory, linesOf(file), options);
}

/** What cannot be read is named by its line, and the rest is stored: half a list is better than none. */
async function put(territory: string, lines: Lines, { reason, until, json }: Add): Promise<void> {
  const endsAt = dayOf(until);
  const result = await overKeys(territory, lines, (worker, boundary, keys) =>
    suppressKeys(worker, boundary, keys, { reason, endsAt }),
  );
  const { changed: added, keys, refused } = result;
  if (json) sayJson({ added, known: keys - added, refused });
  else say(`${added} were put on the list, ${keys - added} stood there for this reason already.`);
  endWith(refused);
}

export async function remove(
  territory: string,
  given: string[],
  { reason, json }: { reason?: string; json?: true },
): Promise<void> {
  const lines = given.length > 0 ? numbered(given) : linesOf("-");
  const { changed: removed, refused } = await overKeys(territory, lines, (worker, boundary, keys) =>
    liftKeys(worker, boundary, keys, reason ?? null),
  );
  if (json) sayJson({ removed, refused });
  else say(`${removed} were taken off the list.`);
  endWith(refused);
}

export async function list(territory: string, given: string[], { json }: { json?: true }): Promise<void> {
  const rows = await look(await findRunning(configure()), async (worker) => {
    const { boundary, country } = await findBoundary(worker, territory);
    const keys = given.map((text) => readKey(text, country) ?? unreadable(text));
    return listKeys(worker, boundary, given.length > 0 ? keys : null);
  });
  if (json) return sayJson(rows);
  if (rows.length === 0) return note("Nothing of that is on the list.");
  const shown = rows.map(({ kind, fingerprint, reason, suppressedAt, endsAt, actor }) => [
    kind,
    fingerprint,
    reason,
    suppressedAt.toISOString().slice(0, 10),
    endsAt?.toISOString().slice(0, 10) ?? "for good",
    actor ?? "",
  ]);
  for (const line of table([["kind", "fingerprint", "reason", "since", "until", "by"], ...shown])) say(line);
}

type Lines = AsyncIterable<Line> | Iterable<Line>;

/** `refused`: the lines that held no key. */
type Outcome = { keys: number; changed: number; refused: number[] };

/** Some keys a transaction: whom they concern is stopped or let go in it. */
async function overKeys(
  territory: string,
  lines: Lines,
  work: (worker: Client, boundary: number, keys: Key[]) => Promise<number>,
): Promise<Outcome> {
  return look(await findRunning(configure()), async (worker) => {
    const { boundary, country } = await findBoundary(worker, territory);
    const result: Outcome = { keys: 0, changed: 0, refused: [] };
    let piece: Key[] = [];
    const flush = async () => {
      if (piece.length > 0) result.changed += await work(worker, boundary, piece);
      result.keys += piece.length;
      piece = [];
    };
    for await (const { number, text } of lines) {
      const key = readKey(text, country);
      if (key === undefined) result.refused.push(number);
      else if (piece.push(key) === PIECE) await flush();
    }
    await flush();
    return result;
  });
}

const PIECE = 1_000;

function numbered(texts: string[]): Line[] {
  return texts.map((text, at) => ({ number: at + 1, text }));
}

function dayOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const day = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(day.getTime()))
    throw misused(`--until ${text} is no date.`);
  if (day <= new Date()) throw misused(`--until ${text} is over.`);
  return day;
}

/** Without the values: the messages of a program end in logs. */
function endWith(refused: number[]): void {
  if (refused.length === 0) return;
  const shown = refused.slice(0, 20).join(", ");
  throw new CommandError(
    EXIT.failed,
    `${refused.length} were no e-mail address, telephone number or company domain: line ${shown}${refused.length > 20 ? ", …" : ""}.`,
  );
}

function unreadable(text: string): never {
  throw misused(`"${text}" is no e-mail address, telephone number or company domain.`);
}
