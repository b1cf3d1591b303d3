import { expect, test } from "vitest";
import { meterStolen } from "../../src/bench/stolen.ts";

test("the share that others took since the beginning", async () => {
  const texts = ["cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 …", "cpu  150 0 150 850 0 0 0 50 7 0\n"];
  const stolen = await meterStolen(async () => texts.shift() ?? "");
  expect(await stolen()).toBe(0.25);
});

test("where the kernel does not tell, nothing is claimed", async () => {
  const stolen = await meterStolen(() => Promise.reject(new Error("ENOENT")));
  expect(await stolen()).toBeNull();
});
