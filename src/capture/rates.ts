import type { Pool } from "pg";
import { borrow } from "./borrow.ts";
import type { Rate } from "./doors.ts";

/** Whose bucket: that of a path, or of an API key. */
export type Subject = { kind: "path" | "key"; id: number };

/** What the shared bucket gave, and how long until it can give again when it is empty. */
export type Lease = { taken: number; remaining: number; retrySeconds: number };

export type AskForTokens = (subject: Subject, wanted: number) => Promise<Lease>;

/** `remaining`: how many more could come at once, as far as this process knows. */
export type Taken = { isAllowed: boolean; remaining: number; retrySeconds: number };

export type Rates = {
  take: (subject: Subject, rate: Rate) => Promise<Taken>;
  /** Of a request that was refused after all, for another reason. */
  giveBack: (subject: Subject) => void;
};

export type RatesOptions = {
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
  onFailure?: (error: unknown) => void;
};

/**
 * Spends tokens of buckets that all doors share, in leases of a second's worth: a request waits for the database once
 * a second at most, and half a lease ahead the next one is asked for beside the traffic. Over a time t all processes
 * together let in at most burst + rate × t, and what each holds of a lease, a second's worth.
 * While the database cannot be asked, each process takes a lease a second for granted: capture does not die with its
 * limiter, and is not without one either.
 */
export function makeRates(ask: AskForTokens, options: RatesOptions = {}): Rates {
  const { now = () => performance.now(), onFailure } = options;
  const purses = new Map<string, Purse>();

  const refill = (subject: Subject, rate: Rate, purse: Purse): Promise<void> => {
    const wanted = Math.max(1, leaseOf(rate) + purse.waiting - purse.tokens);
    purse.asking ??= ask(subject, wanted)
      .then(
        (lease) => {
          purse.tokens += lease.taken;
          purse.shared = lease.remaining;
          if (lease.taken < wanted) purse.emptyUntil = now() + Math.max(1, lease.retrySeconds * 1_000);
        },
        (error) => {
          onFailure?.(error);
          purse.emptyUntil = now() + SECOND_MS;
          purse.tokens = Math.max(purse.tokens, leaseOf(rate));
        },
      )
      .finally(() => {
        purse.asking = null;
      });
    return purse.asking;
  };

  return {
    take: async (subject, rate) => {
      const purse = purseOf(purses, subject);
      purse.waiting += 1;
      while (purse.tokens < 1 && now() >= purse.emptyUntil) await refill(subject, rate, purse);
      purse.waiting -= 1;
      if (purse.tokens < 1) {
        return { isAllowed: false, remaining: 0, retrySeconds: (purse.emptyUntil - now()) / 1_000 };
      }
      purse.tokens -= 1;
      if (purse.tokens < leaseOf(rate) / 2 && now() >= purse.emptyUntil) void refill(subject, rate, purse);
      return { isAllowed: true, remaining: purse.tokens + purse.shared, retrySeconds: 0 };
    },
    giveBack: (subject) => {
      purseOf(purses, subject).tokens += 1;
    },
  };
}

/** `pool` is of the login catchment_api. Gives up sooner than others who ask: somebody waits at the door. */
export function askForTokens(pool: Pool): AskForTokens {
  return async ({ kind, id }, wanted) => {
    const { rows } = await borrow(pool, 500, (client) =>
      client.query<Lease>({ name: "lease_tokens", text: LEASE, values: [kind, id, wanted] }),
    );
    const [lease] = rows;
    if (lease === undefined) throw new Error("lease_tokens answered nothing.");
    return lease;
  };
}

/** What this process holds of one bucket. */
type Purse = {
  tokens: number;
  /** What was left in the bucket after the last lease. */
  shared: number;
  /** Nobody asks before. */
  emptyUntil: number;
  waiting: number;
  asking: Promise<void> | null;
};

const SECOND_MS = 1_000;

function purseOf(purses: Map<string, Purse>, { kind, id }: Subject): Purse {
  const name = `${kind} ${id}`;
  const known = purses.get(name);
  if (known !== undefined) return known;
  const purse = { tokens: 0, shared: 0, emptyUntil: 0, waiting: 0, asking: null };
  purses.set(name, purse);
  return purse;
}

/** A second's worth. */
function leaseOf({ perSecond, burst }: Rate): number {
  return Math.min(burst, Math.max(1, Math.ceil(perSecond)));
}

const LEASE = `select taken, remaining, retry_seconds as "retrySeconds"
  from app_private.lease_tokens($1, $2, $3, clock_timestamp())`;
