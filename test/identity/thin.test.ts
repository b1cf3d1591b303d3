import { expect, test } from "vitest";
import { thin } from "../../src/identity/thin.ts";

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n += 1) yield n;
}

test("few are kept whole, of many each is as likely as any other", async () => {
  expect(await thin(numbers(5), 10)).toEqual({ kept: [0, 1, 2, 3, 4], count: 5 });
  const { kept, count } = await thin(numbers(100_000), 10_000);
  expect([kept.length, new Set(kept).size, count]).toEqual([10_000, 10_000, 100_000]);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const within = kept.filter((n) => Math.floor(n / 10_000) === tenth).length;
    expect(Math.abs(within - 1_000)).toBeLessThan(130); // four standard deviations
  }
});

test("it can be stopped on the way", async () => {
  let pauses = 0;
  const stop = () => {
    pauses += 1;
    throw new Error("stopped");
  };
  await expect(thin(numbers(1_000_000), 10, stop)).rejects.toThrow("stopped");
  expect(pauses).toBe(1);
});
