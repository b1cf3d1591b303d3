import type { Pool } from "pg";
import { issuerOf } from "./claims.ts";
import { ProviderAway, type SignIn } from "./sign_in.ts";
import type { Tokens } from "./tokens.ts";

/** `keyId`: of the API key that speaks for the actor, null for a token; `expiresAt`: in milliseconds since 1970. */
export type Identity = { actorId: number; keyId: number | null; mayWrite: boolean; expiresAt: number | null };
export type Authenticated = Identity | "anonymous" | "invalid" | "forbidden";
/** Whom an API key in the header speaks for. Undefined: the header shows none. */
export type HolderOf = (
  authorizationHeader: string | undefined,
) => Promise<{ keyId: number; actorId: number; mayRead: boolean } | "bad" | undefined>;
export type Authenticate = (authorizationHeader: string | undefined) => Promise<Authenticated>;

/**
 * Who a request speaks for. No header: nobody, who sees no rows. A header that is not the token of an active actor is
 * invalid, never nobody. An API key reads as its actor and changes nothing; without `holderOf` it is invalid, too.
 * Rejects only when the database, or a provider of identities, does not answer.
 */
export function makeAuthenticate(options: {
  pool: Pool;
  tokens: Pick<Tokens, "verify">;
  /** Tokens of a provider of identities. Without it they are invalid. */
  signIn?: SignIn | undefined;
  holderOf?: HolderOf | undefined;
}): Authenticate {
  const { pool, tokens, signIn } = options;
  const ofSlug = remember((who) => findActor(pool, "app_hidden.actor_id_of($1)", who));
  const ofSubject = remember((who) => findActor(pool, "app_hidden.actor_id_of_sign_in($1, $2, $3)", who));
  const verify = remember(([token = ""]: [token: string]) => tokens.verify(token));

  /** Null: the token is not good, or speaks for nobody here. */
  const speakerOf = async (token: string): Promise<{ actorId: number | null; expiresAt: number } | null> => {
    const issuer = issuerOf(token);
    if (issuer === null) return null;
    if (signIn !== undefined && issuer === signIn.issuer) {
      const verified = await signIn.verify(token).catch(unlessAway); // each time: its key may be withdrawn
      if (verified === null) return null;
      const { subject, email, expiresAt } = verified;
      return { actorId: await ofSubject([issuer, subject, email]), expiresAt };
    }
    const verified = await verify([token]).catch(() => null);
    if (verified === null || isOver(verified)) return null;
    return { actorId: await ofSlug([verified.slug]), expiresAt: verified.expiresAt };
  };

  return async (authorizationHeader) => {
    if (authorizationHeader === undefined) return "anonymous";
    const holder = await options.holderOf?.(authorizationHeader);
    if (holder === "bad") return "invalid";
    if (holder !== undefined) {
      const { actorId, keyId, mayRead } = holder;
      return mayRead ? { actorId, keyId, mayWrite: false, expiresAt: null } : "forbidden";
    }
    const token = BEARER.exec(authorizationHeader)?.[1];
    if (token === undefined) return "invalid";
    const speaker = await speakerOf(token);
    if (speaker === null || speaker.actorId === null) return "invalid";
    return { actorId: speaker.actorId, keyId: null, mayWrite: true, expiresAt: speaker.expiresAt };
  };
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** A token that was verified some seconds ago may be past its time by now. */
function isOver({ expiresAt }: { expiresAt: number }): boolean {
  return expiresAt <= Date.now();
}

/** Who cannot be asked is no judge of the token. */
function unlessAway(error: unknown): null {
  if (error instanceof ProviderAway) throw error;
  return null;
}

async function findActor(pool: Pool, call: string, values: (string | null)[]): Promise<number | null> {
  const { rows } = await pool.query<{ id: number | null }>(`select ${call} as id`, values);
  return rows[0]?.id ?? null;
}

/**
 * A signature of ours is checked once in so long, which is a tenth of what a small request costs. Somebody switched off keeps an
 * id for so long at most; the walls show them nothing from the first moment.
 */
const FRESH_MS = 5_000;
const MOST_ENTRIES = 10_000;

/** Answers of the last seconds, those on their way included. A failed look-up is not remembered. */
function remember<Key extends (string | null)[], Answer>(
  look: (of: Key) => Promise<Answer>,
): (of: Key) => Promise<Answer> {
  const entries = new Map<string, { answer: Promise<Answer>; until: number }>();
  return (of) => {
    const key = JSON.stringify(of);
    const now = performance.now();
    const known = entries.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    entries.delete(key); // inserted again it stands last, so the first is always the oldest
    const [oldest] = entries.keys();
    if (entries.size >= MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    const answer = look(of);
    entries.set(key, { answer, until: now + FRESH_MS });
    answer.catch(() => entries.delete(key));
    return answer;
  };
}
