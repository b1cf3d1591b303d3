/** What is to happen at which minute, taken in the order of time; of the same minute in the order in which it was added. */
export type Agenda<Item> = {
  add: (at: Date, item: Item) => void;
  /** Undefined when nothing is left. */
  nextAt: () => Date | undefined;
  /** Everything up to then, taken off. */
  take: (until: Date) => Item[];
};

export function makeAgenda<Item>(): Agenda<Item> {
  const items = new Map<number, Item[]>();
  const minutes: number[] = []; // the latest first

  const place = (minute: number) => {
    let [low, high] = [0, minutes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((minutes[middle] ?? 0) > minute) low = middle + 1;
      else high = middle;
    }
    minutes.splice(low, 0, minute);
  };

  return {
    add(at, item) {
      const minute = Math.ceil(at.getTime() / MINUTE);
      const known = items.get(minute);
      if (known !== undefined) return void known.push(item);
      items.set(minute, [item]);
      place(minute);
    },
    nextAt() {
      const minute = minutes.at(-1);
      return minute === undefined ? undefined : new Date(minute * MINUTE);
    },
    take(until) {
      const taken: Item[] = [];
      for (let minute = minutes.at(-1); minute !== undefined; minute = minutes.at(-1)) {
        if (minute * MINUTE > until.getTime()) break;
        taken.push(...(items.get(minute) ?? []));
        items.delete(minute);
        minutes.pop();
      }
      return taken;
    },
  };
}

const MINUTE = 60_000;
