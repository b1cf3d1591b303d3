import { pendingMigrations } from "../postgres/pending_migrations.ts";

/** For probes that ask every few seconds: the owner's login looks at most once in half a minute. */
export function isMigrated(ownerUrl: string): () => Promise<boolean> {
  let known: Promise<boolean> = Promise.resolve(true); // start has just migrated
  let askedAt = performance.now();
  return () => {
    if (performance.now() - askedAt < FRESH_MS) return known;
    askedAt = performance.now();
    const asked = pendingMigrations(ownerUrl).then((pending) => pending.length === 0);
    asked.catch(() => {
      askedAt = Number.NEGATIVE_INFINITY;
    });
    known = asked;
    return asked;
  };
}

const FRESH_MS = 30_000;
