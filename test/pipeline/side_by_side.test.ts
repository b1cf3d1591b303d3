import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { sideBySide } from "../../src/pipeline/side_by_side.ts";

test("two streams take what is there, the smaller one too, until little comes", async () => {
  const waiting = [500, 3, 40, 0, 25, 1];
  let most = 0;
  let under = 0;
  const batch = async () => {
    under += 1;
    most = Math.max(most, under);
    await pause(1);
    under -= 1;
    return waiting.shift() ?? 0;
  };
  expect(await sideBySide({ batch, many: 20, isStopping: () => false })).toBe(569);
  expect([most, waiting]).toEqual([2, []]);
});

test("the smaller one goes on as long as the larger one is at work: else the next would be as large, and alone", async () => {
  let isLarge = true;
  let isCompany = false;
  let onSmall = () => {};
  const batch = async () => {
    if (!isLarge) {
      onSmall();
      await pause(1);
      return 1;
    }
    isLarge = false;
    await pause(400); // longer than both go on behind a large one
    const met = new Promise<boolean>((resolve) => {
      onSmall = () => resolve(true);
    });
    isCompany = await Promise.race([met, pause(5_000, false, { ref: false })]);
    return 500;
  };
  await sideBySide({ batch, many: 20, isStopping: () => isCompany });
  expect(isCompany).toBe(true);
});

test("when one fails the other ends with its batch, and nothing goes on behind the failure", async () => {
  let calls = 0;
  let under = 0;
  const batch = async () => {
    calls += 1;
    under += 1;
    const isFirst = calls === 1;
    await pause(isFirst ? 1 : 20);
    under -= 1;
    if (isFirst) throw new Error("The connection is lost.");
    return 500;
  };
  await expect(sideBySide({ batch, many: 20, isStopping: () => false })).rejects.toThrow(
    "The connection is lost.",
  );
  expect([calls, under]).toEqual([2, 0]);
});

test("told to stop, both end after the batches under way", async () => {
  let calls = 0;
  const batch = async () => {
    calls += 1;
    return 500;
  };
  expect(await sideBySide({ batch, many: 20, isStopping: () => calls >= 2 })).toBe(1_000);
});
