import type { Pool } from "pg";
import type { Tokens } from "./tokens.ts";

export type Authenticated = { actorId: number; mayWrite: boolean } | "anonymous" | "invalid" | "forbidden";
/** Whom an API key in the header speaks for. Undefined: the header shows none. */
export type HolderOf = (
  authorizationHeader: string | undefined,
) => Promise<{ actorId: number; mayRead: boolean } | "bad" | undefined>;
export type Authenticate = (authorizationHeader: string | undefined) => Promise<Authenticated>;

/**
 * Who a request speaks for. No header: nobody, who sees no rows. A header that is not the token of an active actor is
 * invalid, never nobody. An API key reads as its actor and changes nothing; without `holderOf` it is invalid, too.
 * Rejects only when the database does not answer.
 */
export function makeAuthenticate(options: {
  pool: Pool;
  tokens: Pick<Tokens, "verify">;
  holderOf?: HolderOf | undefined;
}): Authenticate {
  const actorIdOf = remember((slug) => findActorId(options.pool, slug));
  return async (authorizationHeader) => {
    if (authorizationHeader === undefined) return "anonymous";
    const holder = await options.holderOf?.(authorizationHeader);
    if (holder === "bad") return "invalid";
    if (holder !== undefined) {
      return holder.mayRead ? { actorId: holder.actorId, mayWrite: false } : "forbidden";
    }
    const token = BEARER.exec(authorizationHeader)?.[1];
    if (token === undefined) return "invalid";
    const slug = await options.tokens.verify(token).catch(() => null);
    if (slug === null) return "invalid";
    const actorId = await actorIdOf(slug);
    return actorId === null ? "invalid" : { actorId, mayWrite: true };
  };
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

async function findActorId(pool: Pool, slug: string): Promise<number | null> {
  const { rows } = await pool.query<{ id: number | null }>("select app_hidden.actor_id_of($1) as id", [slug]);
  return rows[0]?.id ?? null;
}

/** Somebody switched off keeps an id for so long at most; the walls show them nothing from the first moment. */
const FRESH_MS = 5_000;
const MOST_ENTRIES = 10_000;

/** Answers of the last seconds, those on their way included. A failed look-up is not remembered. */
function remember<Answer>(look: (key: string) => Promise<Answer>): (key: string) => Promise<Answer> {
  const entries = new Map<string, { answer: Promise<Answer>; until: number }>();
  return (key) => {
    const now = performance.now();
    const known = entries.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    entries.delete(key); // inserted again it stands last, so the first is always the oldest
    const [oldest] = entries.keys();
    if (entries.size >= MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    const answer = look(key);
    entries.set(key, { answer, until: now + FRESH_MS });
    answer.catch(() => entries.delete(key));
    return answer;
  };
}
