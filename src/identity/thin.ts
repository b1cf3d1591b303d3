export type Thinned<Item> = {
  /** All of them when they are few, else so many drawn by chance, each item as likely as any other. */
  kept: Item[];
  count: number;
};

/**
 * Keeps at most so many of a long row (reservoir sampling), the same ones every time. Lets signals and timers through on
 * the way; what `onPause` throws ends it.
 */
export async function thin<Item>(
  items: Iterable<Item>,
  most: number,
  onPause: () => void = () => {},
): Promise<Thinned<Item>> {
  const kept: Item[] = [];
  let count = 0;
  let state = 7;
  for (const item of items) {
    count += 1;
    if (kept.length < most) kept.push(item);
    else {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const place = Math.floor((state / 2 ** 32) * count);
      if (place < most) kept[place] = item;
    }
    if (count % PAUSE_EVERY > 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    onPause();
  }
  return { kept, count };
}

const PAUSE_EVERY = 20_000;
