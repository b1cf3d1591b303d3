/** One event of a subscription. `isResync`: something may have passed by, read the list again. */
export type LiveEvent = { isResync: boolean; id: string | null; territoryId: number | null };

export type Mailbox = {
  post: (territoryId: number, ids: string[] | null) => void;
  resync: () => void;
  /** The next event, once there is one; null after the end. Rejects with the reason of the end, if it has one. */
  take: () => Promise<LiveEvent | null>;
  /** Resolves when `take` would not wait. */
  ready: () => Promise<void>;
  end: (reason?: Error) => void;
};

/**
 * What one subscriber has still to be told. However slow they are it stays small: a row that changes again while it waits
 * is told once, and beyond `MOST` rows all that is said is to read again.
 * `isOfRows` false: the territories themselves are told, not rows of them.
 */
export function makeMailbox(isOfRows: boolean): Mailbox {
  const waiting = new Map<string, LiveEvent>();
  let owesResync = false;
  let over: { reason: Error | null } | null = null;
  let wake = Promise.withResolvers<void>();

  const resync = () => {
    waiting.clear();
    owesResync = true;
    wake.resolve();
  };
  const take = async (): Promise<LiveEvent | null> => {
    await ready();
    if (over !== null) {
      if (over.reason !== null) throw over.reason;
      return null;
    }
    if (owesResync) {
      owesResync = false;
      return { isResync: true, id: null, territoryId: null };
    }
    const [first] = waiting;
    if (first === undefined) return take();
    waiting.delete(first[0]);
    return first[1];
  };
  const ready = async () => {
    while (over === null && !owesResync && waiting.size === 0) {
      wake = Promise.withResolvers();
      await wake.promise;
    }
  };
  return {
    post: (territoryId, ids) => {
      if (owesResync) return;
      if (ids === null && isOfRows) return resync();
      for (const id of isOfRows ? (ids ?? []) : [null]) {
        waiting.set(id ?? String(territoryId), { isResync: false, id, territoryId });
      }
      if (waiting.size > MOST) return resync();
      wake.resolve();
    },
    resync,
    take,
    ready,
    end: (reason) => {
      over ??= { reason: reason ?? null };
      wake.resolve();
    },
  };
}

const MOST = 100;
