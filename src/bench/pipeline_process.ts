import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { answerParent } from "./child.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { PipelineOrder, type PipelineResult } from "./pipeline_order.ts";
import { drainInBatches, jobsByDefault, jobsTuned, sketchInBatches, type Work } from "./sides.ts";
import { per } from "./statistics.ts";

answerParent((message) => measure(PipelineOrder.parse(message)));

const SIDES = { drain: drainInBatches, default: jobsByDefault, tuned: jobsTuned, sketch: sketchInBatches };

/**
 * The rate between two commits, after some work as warm-up: between two instants it would leave out the batches under way at the
 * second, and in two seconds tell nothing finer than 250 leads/s. What was spent meanwhile is shared by as many leads as that rate brings.
 */
async function measure(order: z.output<typeof PipelineOrder>): Promise<PipelineResult> {
  const work = SIDES[order.side](order.urls);
  await warmUp(work);
  const stop = meterCpu({
    node: () => cpuSeconds(process.pid),
    postgres: () => serverCpuSeconds(order.postmaster),
  });
  const [from, first] = [performance.now(), work.progress()];
  await Promise.race([pause(order.seconds * 1_000), work.drained]);
  const [used, last, took] = [stop(), work.progress(), performance.now() - from];
  await work.stop();
  const done = last.count - first.count;
  const rate = done === 0 ? 0 : (done * 1_000) / (last.at - first.at);
  return {
    counted: work.progress().count,
    rate,
    node: per(used.get("node") ?? null, (rate * took) / 1_000),
    postgres: per(used.get("postgres") ?? null, (rate * took) / 1_000),
  };
}

/** Connections are made, contracts compiled, plans kept, and the compiler has seen the code. */
async function warmUp(work: Work): Promise<void> {
  await pause(WARM_UP_MS);
  const until = performance.now() + 15_000;
  while (work.progress().count < WARM_UP_LEADS) {
    if (performance.now() > until) throw new Error("The backlog does not move.");
    await pause(2);
  }
}

const WARM_UP_MS = 700;
const WARM_UP_LEADS = 100;
