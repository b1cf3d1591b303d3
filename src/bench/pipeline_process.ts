import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { answerParent } from "./child.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { PipelineOrder, type PipelineResult } from "./pipeline_order.ts";
import { drainInBatches, jobsByDefault, jobsTuned, sketchInBatches, type Work } from "./sides.ts";
import { per } from "./statistics.ts";

answerParent((message) => measure(PipelineOrder.parse(message)));

const SIDES = { drain: drainInBatches, default: jobsByDefault, tuned: jobsTuned, sketch: sketchInBatches };

/** The rate between two looks at the count, after some work as warm-up. */
async function measure(order: z.output<typeof PipelineOrder>): Promise<PipelineResult> {
  const work = SIDES[order.side](order.urls);
  await warmUp(work);
  const stop = meterCpu({
    node: () => cpuSeconds(process.pid),
    postgres: () => serverCpuSeconds(order.postmaster),
  });
  const [from, before] = [performance.now(), work.count()];
  await Promise.race([pause(order.seconds * 1_000), work.drained]);
  const [took, done, used] = [(performance.now() - from) / 1_000, work.count() - before, stop()];
  await work.stop();
  return {
    counted: work.count(),
    rate: done / took,
    node: per(used.get("node") ?? null, done),
    postgres: per(used.get("postgres") ?? null, done),
  };
}

/** Connections are made, contracts compiled, plans kept, and the compiler has seen the code. */
async function warmUp(work: Work): Promise<void> {
  await pause(WARM_UP_MS);
  const until = performance.now() + 15_000;
  while (work.count() < WARM_UP_LEADS) {
    if (performance.now() > until) throw new Error("The backlog does not move.");
    await pause(2);
  }
}

const WARM_UP_MS = 700;
const WARM_UP_LEADS = 100;
