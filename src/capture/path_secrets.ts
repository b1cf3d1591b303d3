import type { Pool } from "pg";
import { borrow } from "./borrow.ts";
import { openSecret, type SealedSecret } from "./sealed_secret.ts";

export type PathSecrets = {
  /** By the path's slug, `<slug>-<name>` for one with a name. The environment wins over what is stored. */
  find: (slug: string) => string | undefined;
  /** Reads the stored ones again. Never rejects: while the database is away the last ones go on. */
  refresh: () => Promise<void>;
};

export type PathSecretsOptions = {
  fromEnvironment: (slug: string) => string | undefined;
  /** The installation's key (CATCHMENT_KEY). Undefined: nothing stored can be opened, so it is not asked for. */
  key: string | undefined;
  load: () => Promise<SealedSecret[]>;
  onFailure?: (error: unknown) => void;
};

/** Secrets of paths, opened in this process alone. One that cannot be opened is as good as none; `doctor` tells. */
export function makePathSecrets({ fromEnvironment, key, load, onFailure }: PathSecretsOptions): PathSecrets {
  let stored: ReadonlyMap<string, string> = new Map();
  return {
    find: (slug) => fromEnvironment(slug) ?? stored.get(slug),
    refresh: async () => {
      if (key === undefined) return;
      try {
        stored = opened(key, await load());
      } catch (error) {
        onFailure?.(error);
      }
    },
  };
}

export async function loadSealedSecrets(pool: Pool): Promise<SealedSecret[]> {
  const { rows } = await borrow(pool, 2_000, (client) => client.query<SealedSecret>(SEALED));
  return rows;
}

/** The variable of the environment is one for both, too. */
export function secretSlug({ slug, name }: { slug: string; name: string }): string {
  return name === "" ? slug : `${slug}-${name}`;
}

function opened(key: string, sealed: readonly SealedSecret[]): Map<string, string> {
  const found = new Map<string, string>();
  // A path's own goes before the one of a shorter path whose name makes the same whole.
  for (const secret of sealed.toSorted((a, b) => b.name.length - a.name.length)) {
    const text = openSecret(key, secret);
    if (text !== null) found.set(secretSlug(secret), text);
  }
  return found;
}

const SEALED = `select slug, name, ciphertext, key_id as "keyId" from app_private.sealed_secrets()`;
