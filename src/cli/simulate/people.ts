import type { Act, ActKind } from "./acts.ts";
import { fraction, happens, minutesOf, minutesUntil, randomOf } from "./chance.ts";
import type { Model } from "./model.ts";
import type { News, Wish } from "./news.ts";

export type Intention = Wish & { act: Act };

/** What the people of the model make of the news. */
export function makePeople(model: Model, seed: number): (news: News) => Intention[] {
  const times = new Map<string, number>();
  return (news) => {
    const matter = `${news.kind} ${news.about}`;
    const nth = (times.get(matter) ?? 0) + 1;
    times.set(matter, nth);
    return REACTIONS[news.kind](news, model, randomOf(seed, matter, nth), nth);
  };
}

type Reaction = (news: News, model: Model, random: ReturnType<typeof randomOf>, nth: number) => Intention[];

const REACTIONS: Record<News["kind"], Reaction> = {
  assigned(news, { answers }, random) {
    const minutes = minutesOf(random, answers.time);
    if (happens(random, answers.never)) return [];
    if (!happens(random, answers.pause)) return [at(minutes, "answer", news)];
    return [at(minutes, "pause", news), everyMinute(minutes + DAY_MINUTES, "answer", news)];
  },
  told(news, { answers }, random) {
    return maybe(minutesUntil(random, answers.when_told), (minutes) => at(minutes, "answer", news));
  },
  heard(news, { answers }, random) {
    const minutes = minutesOf(random, answers.time);
    return happens(random, answers.never) ? [] : [at(minutes, "answer", news)];
  },
  answered(news, { customers }, random, nth) {
    const again = maybe(minutesUntil(random, customers.write_again), (minutes) =>
      everyMinute(minutes, "write", news),
    );
    if (nth > 1) return again;
    const qualified = minutesUntil(random, customers.qualified);
    const closed = minutesUntil(random, customers.closed);
    const end = happens(random, customers.won) ? "closed_won" : "closed_lost";
    return [
      ...again,
      ...maybe(qualified, (minutes) => everyMinute(minutes, "qualify", news)),
      ...maybe(closed, (minutes) => everyMinute((qualified ?? 0) + minutes, "close", news, end)),
    ];
  },
  qualified(news, { approvals }, random) {
    return happens(random, approvals.asked) ? [at(5, "ask", news)] : [];
  },
  case(news, { cases }, random) {
    const level = String(news.level);
    const taken = minutesUntil(random, cases.acknowledged);
    const solved = minutesUntil(random, cases.resolved);
    if (taken === null) return [];
    return [
      at(taken, "acknowledge", news, level),
      ...maybe(solved, (minutes) => at(taken + minutes, "resolve", news, level)),
    ];
  },
  follow_up(news, { follow_ups }, random) {
    return maybe(minutesUntil(random, follow_ups), (minutes) => at(minutes, "complete", news));
  },
  approval(news, { approvals }, random) {
    const decision = fraction(random) < 0.8 ? "approved" : "refused";
    return maybe(minutesUntil(random, approvals.decided), (minutes) => at(minutes, "decide", news, decision));
  },
};

const DAY_MINUTES = 1_440;

/** After so many minutes of work. */
function at(minutes: number, kind: ActKind, { id, actor, calendar }: News, value = ""): Intention {
  return { minutes, calendar, actor, act: { kind, id, actor, value } };
}

function everyMinute(minutes: number, kind: ActKind, { id, actor }: News, value = ""): Intention {
  return { minutes, calendar: null, actor: null, act: { kind, id, actor, value } };
}

function maybe(minutes: number | null, intend: (minutes: number) => Intention): Intention[] {
  return minutes === null ? [] : [intend(minutes)];
}
