import { parseArgs } from "node:util";
import { benchBulk } from "./bulk.ts";
import { benchCapture } from "./capture.ts";
import { benchClock } from "./clock.ts";
import { openBenchCluster } from "./cluster.ts";
import { benchGraphql } from "./graphql.ts";
import { benchIdentity } from "./identity.ts";
import { benchLatency } from "./latency.ts";
import { describeMachine } from "./machine.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchRehearsal } from "./rehearsal.ts";
import { render, writeInto } from "./report.ts";
import { benchRouting } from "./routing.ts";
import { benchScope } from "./scope.ts";
import type { Section } from "./section.ts";
import { meterStolen } from "./stolen.ts";

const USAGE =
  "npm run bench -- [capture|bulk|pipeline|latency|rehearsal|routing|clock|identity|scope|graphql …] [--full] [--json] [--write]";
const BENCHES = {
  capture: benchCapture,
  bulk: benchBulk,
  pipeline: benchPipeline,
  latency: benchLatency,
  rehearsal: benchRehearsal,
  routing: benchRouting,
  clock: benchClock,
  identity: benchIdentity,
  scope: benchScope,
  graphql: benchGraphql,
};

await main();

/** All sides of all benchmarks in one run on one fresh server. What it tells on the way goes to stderr. */
async function main(): Promise<void> {
  const { names, isFull, isJson, writes } = readArguments();
  const startedAt = performance.now();
  const log = (line: string) =>
    console.error(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s  ${line}`);
  log("starting a fresh PostgreSQL");
  const cluster = await openBenchCluster(() => {});
  const sections: Section[] = [];
  try {
    const facts = await describeMachine(cluster.rootUrl);
    const stolen = await meterStolen();
    for (const name of names) sections.push(...[await BENCHES[name](cluster, { isFull, log })].flat());
    const machine = { ...facts, "taken by other guests of the host": percent(await stolen()) };
    const text = render(machine, sections, { isFull });
    console.log(isJson ? JSON.stringify({ machine, isFull, sections }, null, 2) : text);
    if (writes) await writeInto(text);
  } finally {
    await cluster.close();
  }
  log("done");
}

function percent(share: number | null): string {
  return share === null ? "unknown" : `${(share * 100).toFixed(0)} % of the processor`;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { full: { type: "boolean" }, json: { type: "boolean" }, write: { type: "boolean" } },
  });
  const unknown = positionals.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(", ")}. ${USAGE}`);
  const all = [
    "capture",
    "bulk",
    "pipeline",
    "latency",
    "rehearsal",
    "routing",
    "clock",
    "identity",
    "scope",
    "graphql",
  ] as const;
  // Bulk and rehearsal take a minute and a half each, clock some four, identity ten, scope and graphql two: they are run by their names.
  const names =
    positionals.length === 0
      ? all.filter((name) => !["bulk", "rehearsal", "clock", "identity", "scope", "graphql"].includes(name))
      : all.filter((name) => positionals.includes(name));
  return { names, isFull: values.full ?? false, isJson: values.json ?? false, writes: values.write ?? false };
}
