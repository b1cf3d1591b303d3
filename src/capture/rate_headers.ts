import type { Rate } from "./doors.ts";

export type Limit = Rate & { name: "path" | "key" };
export type Spent = { limit: Limit; remaining: number };

/**
 * How much is left, as the IETF draft says it (RateLimit and RateLimit-Policy, a list of named policies) and as most
 * clients read it (three numbers, of the policy that is tightest now). Seconds are rounded up.
 */
export function rateHeaders(spent: readonly Spent[]): Record<string, string> {
  const tightest = spent.toSorted((a, b) => share(a) - share(b))[0];
  if (tightest === undefined) return {};
  return {
    ratelimit: spent.map((one) => `"${one.limit.name}";r=${left(one)};t=${untilFull(one)}`).join(", "),
    "ratelimit-policy": spent
      .map(({ limit }) => `"${limit.name}";q=${limit.burst};w=${window(limit)}`)
      .join(", "),
    "ratelimit-limit": String(tightest.limit.burst),
    "ratelimit-remaining": String(left(tightest)),
    "ratelimit-reset": String(untilFull(tightest)),
  };
}

function left({ limit, remaining }: Spent): number {
  return Math.max(0, Math.min(limit.burst, Math.floor(remaining)));
}

function share(spent: Spent): number {
  return left(spent) / spent.limit.burst;
}

function untilFull(spent: Spent): number {
  return Math.ceil((spent.limit.burst - left(spent)) / spent.limit.perSecond);
}

/** In which an empty bucket is full again. */
function window({ burst, perSecond }: Limit): number {
  return Math.max(1, Math.ceil(burst / perSecond));
}
