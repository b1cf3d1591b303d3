import { configure } from "../configuration.ts";
import { findRunning } from "../find_running.ts";
import { look } from "../organization.ts";
import { note, say, sayJson, table } from "../output.ts";
import { createKey, type KeyWishes } from "./create.ts";
import { type KeyRow, listKeys } from "./list.ts";
import { revokeKey } from "./revoke.ts";

type Json = { json?: true };

/** Prints the key and nothing else: it is shown this once. */
export async function create(actor: string, options: KeyWishes & Json): Promise<void> {
  const made = await look(await findRunning(configure()), (worker) => createKey(worker, actor, options));
  if (options.json) return sayJson(made);
  say(made.key);
  note(
    `This is ${actor}'s key ${made.prefix}, shown only now. It may ${made.operations.join(" and ")}${untilOf(made)}.`,
  );
}

export async function list(actor: string | undefined, options: Json): Promise<void> {
  const keys = await look(await findRunning(configure()), (worker) => listKeys(worker, actor));
  if (options.json) return sayJson(keys);
  if (keys.length === 0) return note("There are no keys. npx catchment keys create <actor> makes one.");
  const rows = keys.map((key) => [
    key.prefix,
    key.actor,
    key.operations.join(","),
    stateOf(key),
    dayOf(key.lastUsedAt),
  ]);
  for (const line of table([["prefix", "actor", "operations", "state", "last used"], ...rows])) say(line);
}

export async function revoke(prefix: string, options: Json): Promise<void> {
  const revoked = await look(await findRunning(configure()), (worker) => revokeKey(worker, prefix));
  if (options.json) return sayJson(revoked);
  say(`${revoked.actor}'s key ${revoked.prefix} is revoked; within 10 s no door takes it any more.`);
}

function untilOf({ expiresAt }: { expiresAt: Date | null }): string {
  return expiresAt === null ? " and never expires" : ` until ${dayOf(expiresAt)}`;
}

function stateOf({ isLive, revokedAt, expiresAt }: KeyRow): string {
  if (revokedAt !== null) return `revoked ${dayOf(revokedAt)}`;
  if (!isLive) return `expired ${dayOf(expiresAt)}`;
  return expiresAt === null ? "live" : `live until ${dayOf(expiresAt)}`;
}

function dayOf(at: Date | null): string {
  return at === null ? "never" : at.toISOString().slice(0, 10);
}
