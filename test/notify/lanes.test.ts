import { expect, test } from "vitest";
import type { Outcome } from "../../src/notify/channel.ts";
import { makeLanes } from "../../src/notify/lanes.ts";

const accepted: Outcome = { outcome: "accepted" };

test("a target that hangs holds up nobody else", async () => {
  const lanes = makeLanes();
  let release = (_: Outcome) => {};
  const hanging = lanes.run("slow", 1, () => new Promise<Outcome>((resolve) => (release = resolve)));
  const behind = lanes.run("slow", 1, async () => accepted);
  expect(await lanes.run("quick", 1, async () => accepted)).toEqual(accepted);
  release({ outcome: "later", reason: "timed_out", rests: true });
  expect((await hanging)?.outcome).toBe("later");
  // What waited behind it is put off without a question.
  expect(await behind).toEqual({ outcome: "later", reason: "timed_out", after: 30, isFree: true });
});

test("a target gets one after the other, a wide one several", async () => {
  const lanes = makeLanes();
  let now = 0;
  let most = 0;
  const attempt = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    return accepted;
  };
  await Promise.all(Array.from({ length: 5 }, () => lanes.run("narrow", 1, attempt)));
  expect(most).toBe(1);
  await Promise.all(Array.from({ length: 9 }, () => lanes.run("wide", 4, attempt)));
  expect(most).toBe(4);
});

test("of all targets only so many are asked at once", async () => {
  const lanes = makeLanes({ atOnce: 3 });
  let now = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      lanes.run(`target ${n}`, 1, async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise(setImmediate);
        now -= 1;
        return accepted;
      }),
    ),
  );
  expect(most).toBe(3);
});

test("one that says when to come back is left alone until then", async () => {
  const lanes = makeLanes();
  let asked = 0;
  const attempt = async (): Promise<Outcome> => {
    asked += 1;
    return { outcome: "later", reason: "rate_limited", after: 900, rests: true, isFree: true };
  };
  await lanes.run("slack one", 1, attempt);
  expect(await lanes.run("slack one", 1, attempt)).toEqual({
    outcome: "later",
    reason: "rate_limited",
    after: 900,
    isFree: true,
  });
  expect(await lanes.run("slack two", 1, async () => accepted)).toEqual(accepted);
  expect(asked).toBe(1);
});

test("what waits longer than the database does is put off, and costs no attempt", async () => {
  const lanes = makeLanes({ patienceMs: -1 });
  let asked = 0;
  const attempt = async () => {
    asked += 1;
    return accepted;
  };
  expect(await lanes.run("late", 1, attempt)).toEqual({
    outcome: "later",
    reason: "resting",
    after: 1,
    isFree: true,
  });
  expect(asked).toBe(0);
});

test("what is not begun when all stops is not begun", async () => {
  const stopped = makeLanes();
  stopped.stop();
  expect(await stopped.run("any", 1, async () => accepted)).toBeNull();
});
