import type { Ask } from "./ask.ts";
import type { Listener } from "./listener.ts";

export type Territories = {
  /**
   * Changes of these territories are announced and heard from now on, and of no others. Answers those of which changes
   * may have been missed. Not to be called again before it has answered.
   */
  hear: (wanted: ReadonlySet<number>) => Promise<Set<number>>;
  of: (channel: string) => number | undefined;
};

/** Under which names the territories that this process follows are announced, and until when. */
export function makeTerritories(
  ask: Ask,
  listener: Pick<Listener, "listenOn">,
  now: () => number,
): Territories {
  const byChannel = new Map<string, number>();
  const byTerritory = new Map<number, { channel: string; renewAt: number }>();
  /**
   * A transaction that looked before our lease was there commits its change without a word. So a territory stays in doubt
   * until all that had begun by then are over: the number of the next one, once it is known.
   */
  const inDoubt = new Map<number, bigint | null>();

  const forget = (wanted: ReadonlySet<number>) => {
    for (const [territoryId, { channel }] of byTerritory) {
      if (wanted.has(territoryId)) continue;
      byTerritory.delete(territoryId);
      byChannel.delete(channel);
      inDoubt.delete(territoryId);
    }
  };

  /** Answers the territories whose lease had run out while we followed them. */
  const lease = async (wanted: ReadonlySet<number>): Promise<number[]> => {
    const at = now();
    const due = [...wanted].filter((id) => (byTerritory.get(id)?.renewAt ?? 0) <= at);
    if (due.length === 0) return [];
    const channels = await ask.follow(due);
    const lapsed = channels.filter(({ territoryId, hadEnded }) => hadEnded && byTerritory.has(territoryId));
    for (const { territoryId, channel, hadEnded } of channels) {
      if (hadEnded || !byTerritory.has(territoryId)) inDoubt.set(territoryId, null);
      byTerritory.set(territoryId, { channel, renewAt: at + RENEW_MS });
      byChannel.set(channel, territoryId);
    }
    return lapsed.map(({ territoryId }) => territoryId);
  };

  const noLongerInDoubt = async (): Promise<number[]> => {
    if (inDoubt.size === 0) return [];
    const { oldest, next } = await ask.transactions();
    const over: number[] = [];
    for (const [territoryId, bound] of inDoubt) {
      if ((bound ?? next) > oldest) inDoubt.set(territoryId, bound ?? next);
      else over.push(territoryId);
    }
    for (const territoryId of over) inDoubt.delete(territoryId);
    return over;
  };

  return {
    hear: async (wanted) => {
      forget(wanted);
      const lapsed = await lease(wanted);
      await listener.listenOn(new Set(byChannel.keys()));
      return new Set([...lapsed, ...(await noLongerInDoubt())]);
    },
    of: (channel) => byChannel.get(channel),
  };
}

/** A third of the lease. */
const RENEW_MS = 20_000;
