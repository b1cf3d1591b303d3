import type { Pool } from "pg";
import { borrow } from "./borrow.ts";
import { Unavailable } from "./unavailable.ts";

/** What must be known of a path before anything is taken from it. */
export type Door = {
  pathId: number;
  slug: string;
  protocol: string;
  requiresSignature: boolean;
  maxBodyBytes: number;
  requiresKey: boolean;
  /** Null: no limit. */
  rate: Rate | null;
  /** Whose pages may read the answers; `*`: everybody's. */
  corsOrigins: readonly string[];
};

/** `burst` at once, and `perSecond` over time. */
export type Rate = { perSecond: number; burst: number };

export type Doors = {
  /** Undefined: no such path, or it is closed. Rejects with Unavailable when the list was never read. */
  find: (slug: string) => Promise<Door | undefined>;
};

export type DoorsOptions = {
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
  onFailure?: (error: unknown) => void;
};

/**
 * Keeps the list of doors: read again beside the traffic when it is older than 5 s, before answering when it is
 * older than 30 s, and at once for an unknown name. While the database is away the last list goes on.
 */
export function makeDoors(load: () => Promise<Door[]>, options: DoorsOptions = {}): Doors {
  const { now = () => performance.now(), onFailure } = options;
  let list: Map<string, Door> | null = null;
  let loading: Promise<void> | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;

  const read = async () => {
    triedAt = now();
    try {
      const doors = await load();
      list = new Map(doors.map((door) => [door.slug, door]));
      loadedAt = now();
    } catch (error) {
      onFailure?.(error);
    } finally {
      loading = null;
    }
  };
  const refresh = () => {
    loading ??= read();
    return loading;
  };
  const mayTry = () => now() - triedAt >= ONCE_A_SECOND_MS;

  return {
    find: async (slug) => {
      const age = now() - loadedAt;
      if (list === null || (age > MUST_REFRESH_MS && mayTry())) await refresh();
      else if (age > REFRESH_MS && mayTry()) void refresh();
      if (list === null) throw new Unavailable("The list of capture paths could not be read.");
      if (!list.has(slug) && mayTry()) await refresh();
      return list.get(slug);
    },
  };
}

export async function loadDoors(pool: Pool): Promise<Door[]> {
  const { rows } = await borrow(pool, 2_000, (client) => client.query<DoorRow>(DOORS));
  return rows.map(({ perSecond, burst, ...door }) => ({ ...door, rate: rateOf(perSecond, burst) }));
}

type DoorRow = Omit<Door, "rate"> & { perSecond: number | null; burst: number | null };

export function rateOf(perSecond: number | null, burst: number | null): Rate | null {
  return perSecond === null || burst === null ? null : { perSecond, burst };
}

const REFRESH_MS = 5_000;
const MUST_REFRESH_MS = 30_000;
const ONCE_A_SECOND_MS = 1_000;

const DOORS = `select path_id as "pathId", slug, protocol, requires_signature as "requiresSignature", max_body_bytes as "maxBodyBytes",
       requires_key as "requiresKey", rate_per_second as "perSecond", rate_burst as burst, cors_origins as "corsOrigins"
  from app_private.capture_doors()`;
