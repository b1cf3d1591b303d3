export type StopSignals = {
  /** Resolves at the first signal. */
  asked: Promise<void>;
  isAsked: () => boolean;
};

/**
 * The first SIGINT, SIGTERM or SIGHUP asks for an orderly stop, a later one ends the process at once. One keystroke
 * in a terminal may arrive twice, from the terminal and from npm: what follows within half a second is the same.
 */
export function catchStopSignals(forced: (signal: NodeJS.Signals) => void): StopSignals {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (askedAt === null) {
        askedAt = performance.now();
        resolve();
      } else if (performance.now() - askedAt > ONE_KEYSTROKE_MS) forced(signal);
    });
  }
  return { asked: promise, isAsked: () => askedAt !== null };
}

const ONE_KEYSTROKE_MS = 500;
