import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { borrow } from "./borrow.ts";
import { type Rate, rateOf } from "./doors.ts";
import { recent } from "./recent.ts";
import { Unavailable } from "./unavailable.ts";

/** For whom a key speaks and what it may do. */
export type KeyHolder = {
  keyId: number;
  actorId: number;
  mayRead: boolean;
  /** Paths at which it may capture. */
  pathIds: ReadonlySet<number>;
  rate: Rate | null;
};

export type Keys = {
  /**
   * Undefined: the header shows no API key. `bad`: unknown, revoked, expired or misspelt, which look the same.
   * Rejects with Unavailable when nobody can be asked.
   */
  holderOf: (authorization: string | undefined) => Promise<KeyHolder | "bad" | undefined>;
};

/** One question to the database; null for every key that is not good. */
export type AskForKey = (prefix: string, secretHash: Buffer) => Promise<KeyHolder | null>;

/**
 * Answers are kept for 10 s, good and bad ones, by the hash of the whole key: no secret stays in memory, and a
 * revoked key is refused 10 s later at the latest. An older answer is never used, not even while the database is away.
 * Whatever is wrong with a key, it is hashed once and asked for once, so that time tells nothing either.
 */
export function makeKeys(
  ask: AskForKey,
  { now = () => performance.now() }: { now?: () => number } = {},
): Keys {
  const known = recent(
    (key) => {
      const [prefix = "", secret = ""] = key.split("_");
      return ask(prefix, Buffer.from(secret, "hex"));
    },
    { freshMs: FRESH_MS, mostEntries: MOST_ENTRIES, now },
  );
  return {
    holderOf: async (authorization) => {
      const key = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
      if (key === undefined) return undefined;
      const [, prefix = NOBODY, secret = key] = FORM.exec(key) ?? [];
      const hash = createHash("sha256").update(secret).digest("hex");
      try {
        return (await known(`${prefix}_${hash}`)) ?? "bad";
      } catch (cause) {
        throw new Unavailable("The key could not be looked up.", { cause });
      }
    },
  };
}

/** `pool` is of the login catchment_api. */
export function askForKey(pool: Pool): AskForKey {
  return async (prefix, secretHash) => {
    const { rows } = await borrow(pool, 2_000, (client) =>
      client.query<KeyRow>({ name: "use_api_key", text: USE, values: [prefix, secretHash] }),
    );
    const [row] = rows;
    if (row === undefined) return null;
    return {
      keyId: row.keyId,
      actorId: row.actorId,
      mayRead: row.operations.includes("read"),
      pathIds: new Set(row.pathIds),
      rate: rateOf(row.perSecond, row.burst),
    };
  };
}

type KeyRow = {
  keyId: number;
  actorId: number;
  operations: string[];
  pathIds: number[];
  perSecond: number | null;
  burst: number | null;
};

const FRESH_MS = 10_000;
const MOST_ENTRIES = 10_000;

/** Other tokens and other schemes are not ours to judge: vendors send their own at their paths. */
const BEARER = /^Bearer +(ck_.*)$/i;
const FORM = /^ck_([0-9a-f]{12})_([0-9a-f]{64})$/;
/** No key has this prefix: the table demands hexadecimal digits. */
const NOBODY = "nobody";

const USE = `select key_id as "keyId", actor_id as "actorId", operations, path_ids as "pathIds",
       rate_per_second as "perSecond", rate_burst as burst
  from app_private.use_api_key($1, $2, now())`;
