import type { Client } from "pg";
import { errorCode } from "../../postgres/connect.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";

/** As they stand on the command line. */
export type KeyWishes = { operations: string; expires?: string; rate?: string; burst?: string };

export type MadeKey = {
  key: string;
  prefix: string;
  actor: string;
  operations: string[];
  createdAt: Date;
  expiresAt: Date | null;
};

/** Makes a key for an actor of kind api_key. Refuses a third live one: rotation takes two. */
export async function createKey(worker: Client, actor: string, wishes: KeyWishes): Promise<MadeKey> {
  const values = [actor, operationsOf(wishes), lifetimeOf(wishes), ...rateOf(wishes)];
  try {
    const { rows } = await worker.query<MadeKey>(CREATE, values);
    const [made] = rows;
    if (made !== undefined) return made;
  } catch (error) {
    if (errorCode(error) === "STATE") throw refusal(`${actor} has two live keys already: ${REVOKE}`);
    if (errorCode(error) !== "NFUND") throw error;
  }
  throw refusal(`There is no active actor "${actor}" of kind api_key. ${await holders(worker)}`);
}

const REVOKE = "npx catchment keys list shows them, keys revoke <prefix> ends the older one.";

function operationsOf({ operations }: KeyWishes): string[] {
  const wanted = [...new Set(operations.split(",").map((word) => word.trim()))];
  if (wanted.every((word) => word === "capture" || word === "read")) return wanted;
  throw misused(`--operations ${operations}: a key may capture, read, or both (capture,read).`);
}

/** As Postgres reads an interval. */
function lifetimeOf({ expires }: KeyWishes): string | null {
  if (expires === undefined) return null;
  const [, count, unit = ""] = /^([1-9]\d{0,4})([hd])$/.exec(expires) ?? [];
  if (count === undefined) throw misused(`--expires ${expires} is not a time like 90d or 12h.`);
  return `${count} ${unit === "d" ? "days" : "hours"}`;
}

function rateOf({ rate, burst }: KeyWishes): [number | null, number | null] {
  if (rate === undefined && burst === undefined) return [null, null];
  const perSecond = Number(rate);
  const atOnce = Number(burst ?? Math.max(1, Math.ceil(perSecond)));
  if (!(perSecond > 0) || !Number.isInteger(atOnce) || atOnce < 1) {
    throw misused("--rate is a number of requests a second, --burst how many may come at once.");
  }
  return [perSecond, atOnce];
}

async function holders(worker: Client): Promise<string> {
  const { rows } = await worker.query<{ slug: string }>(
    "select slug from app_public.actors where kind = 'api_key' and is_active order by slug limit 20",
  );
  return rows.length === 0
    ? "Actors of that kind stand in actors.yaml."
    : `There are ${rows.map(({ slug }) => slug).join(", ")}.`;
}

function refusal(message: string): CommandError {
  return new CommandError(EXIT.failed, message);
}

// A key of nobody answers NFUND, so the id may be null.
const CREATE = `
  select made.key, made.prefix, made.actor, made.operations, made.created_at as "createdAt", made.expires_at as "expiresAt"
    from app_private.create_api_key(
      (select actors.id from app_public.actors where actors.slug = $1), $2, $3::interval, $4, $5, now()) as made`;
