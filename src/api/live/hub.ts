import type { Ask, Follower } from "./ask.ts";
import { type Kind, readChange } from "./change.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { type LiveEvent, type Mailbox, makeMailbox } from "./mailbox.ts";
import { iterate, type Line, refusals } from "./stream.ts";
import { makeTerritories } from "./territories.ts";

export type Hub = {
  /** The events of one subscription. The first says that it stands; a refusal comes in its place. */
  follow: (who: Follower, kind: Kind, line: Line) => AsyncIterableIterator<LiveEvent>;
  /** Ends every subscription. */
  stop: () => Promise<void>;
};

export type HubOptions = {
  ask: Ask;
  makeListener: (options: Pick<ListenerOptions, "onMessage" | "onReturn">) => Listener;
  log: (line: string) => void;
  /** How often it is asked who may still follow what. A membership or key that ends is noticed so much later at most. */
  everyMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
};

/**
 * All subscriptions of this process. Of each announcement the database is asked who may hear it, before anybody does.
 */
export function makeHub(options: HubOptions): Hub {
  const { ask, log, everyMs = 3_000, now = () => performance.now() } = options;
  const subscriptions = new Set<Subscription>();
  const listener = options.makeListener({
    onMessage: (channel, payload) => receive(channel, payload),
    onReturn: () => resync(),
  });
  const territories = makeTerritories(ask, listener, now);
  let announced = new Map<string, Announcement>();
  let isHanding = false;
  let reviewing: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  let isStopped = false;

  const resync = (of?: ReadonlySet<number>) => {
    for (const { mailbox, territoryIds } of subscriptions) {
      if (of === undefined || !territoryIds.isDisjointFrom(of)) mailbox.resync();
    }
  };

  const receive = (channel: string, payload: string) => {
    const territoryId = territories.of(channel);
    const change = readChange(payload);
    if (territoryId === undefined || change === null) return;
    const key = `${change.kind} ${territoryId}`;
    const known = announced.get(key);
    const ids = known?.ids === null || change.ids === null ? null : [...(known?.ids ?? []), ...change.ids];
    const isMuch = ids !== null && ids.length > MOST_IDS;
    announced.set(key, { kind: change.kind, territoryId, ids: isMuch ? null : ids });
    if (!isHanding) void handOut();
  };

  /** What arrives meanwhile waits, and is asked about together. */
  const handOut = async () => {
    isHanding = true;
    while (announced.size > 0 && !isStopped) {
      const round = announced;
      announced = new Map();
      for (const announcement of round.values()) await handTo(announcement).catch(doubt);
    }
    isHanding = false;
  };

  const handTo = async ({ kind, territoryId, ids }: Announcement) => {
    const concerned = [...subscriptions].filter(
      (one) => one.kind === kind && one.territoryIds.has(territoryId),
    );
    if (concerned.length === 0) return;
    const standings = await ask.standings(
      concerned.map(({ who }) => who),
      territoryId,
    );
    concerned.forEach(({ mailbox }, index) => {
      if (standings[index]?.territoryIds.includes(territoryId)) mailbox.post(territoryId, ids);
    });
  };

  /** Nobody could be asked, so nobody was told. */
  const doubt = (error: unknown) => {
    log(`live: an announcement was not handed out: ${error instanceof Error ? error.message : error}`);
    resync();
  };

  /** Who may still follow what. One at a time, since what is heard is the sum of all subscriptions. */
  const review = async () => {
    const all = [...subscriptions];
    const standings = all.length === 0 ? [] : await ask.standings(all.map(({ who }) => who));
    all.forEach((subscription, index) => {
      const { isKnown = false, territoryIds = [] } = standings[index] ?? {};
      subscription.territoryIds = new Set(territoryIds);
      if (!isKnown) subscription.line.close("forbidden");
      if (territoryIds.length === 0) subscription.mailbox.end(refusals.notThere());
    });
    const wanted = new Set([...subscriptions].flatMap(({ territoryIds }) => [...territoryIds]));
    resync(await territories.hear(wanted));
  };
  /** Whoever comes while one waits for its turn shares it. */
  const reviewInTurn = (): Promise<void> => {
    next ??= reviewing.then(() => {
      next = null;
      return review();
    });
    reviewing = next.catch(() => {});
    return next;
  };

  const timer = setInterval(() => {
    if (isStopped) return;
    listener
      .check()
      .then(reviewInTurn)
      .catch((error: Error) => log(`live: ${error.message}`));
  }, everyMs);
  timer.unref();

  return {
    follow: (who, kind, line) => {
      const mailbox = makeMailbox(kind !== "queue");
      const subscription: Subscription = { who, kind, line, mailbox, territoryIds: new Set() };
      if (isStopped) mailbox.end();
      else if (who.asked !== null && !NAME.test(who.asked)) mailbox.end(refusals.notThere());
      else if ([...subscriptions].filter((one) => one.who.actorId === who.actorId).length >= MOST_EACH)
        mailbox.end(refusals.tooMany());
      else {
        subscriptions.add(subscription);
        reviewInTurn().then(mailbox.resync, () => mailbox.end(refusals.unavailable()));
      }
      return iterate(mailbox, line, () => subscriptions.delete(subscription));
    },
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      for (const { mailbox } of subscriptions) mailbox.end();
      await reviewing;
      await listener.stop();
    },
  };
}

type Announcement = { kind: Kind; territoryId: number; ids: string[] | null };

type Subscription = {
  who: Follower;
  kind: Kind;
  line: Line;
  mailbox: Mailbox;
  territoryIds: Set<number>;
};

/** What a slug or an id may be. Anything else would be asked about with everybody's, and a NUL would spoil the answer for all. */
const NAME = /^[a-z0-9_-]{1,63}$/;
/** Of one actor, in this process. */
const MOST_EACH = 20;
/** Of rows that changed while others were handed out. More than any mailbox holds. */
const MOST_IDS = 500;
