import { describe, expect, test } from "vitest";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "../../src/bench/cpu.ts";

const NOBODY = 2 ** 30;

describe.skipIf(process.platform !== "linux")("processor seconds", () => {
  test("those of this process agree with what Node says", () => {
    const { user, system } = process.cpuUsage();
    const seconds = cpuSeconds(process.pid) ?? 0;
    expect(Math.abs(seconds - (user + system) / 1e6)).toBeLessThan(0.5);
  });

  test("those of a server hold at least its own", () => {
    const own = cpuSeconds(process.pid) ?? Number.NaN;
    expect(serverCpuSeconds(process.pid)).toBeGreaterThanOrEqual(own);
  });

  test("a process that is not there has none, and a meter says so", () => {
    expect(cpuSeconds(NOBODY)).toBeNull();
    const used = meterCpu({ us: () => cpuSeconds(process.pid), nobody: () => cpuSeconds(NOBODY) })();
    expect(used.get("us")).toBeGreaterThanOrEqual(0);
    expect(used.get("nobody")).toBeNull();
  });
});
