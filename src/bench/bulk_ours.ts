import { readPath } from "../cli/import/capture_path.ts";
import { openCheckpoint } from "../cli/import/checkpoint.ts";
import { keepMemoryFlat } from "../cli/import/flat_memory.ts";
import { openRows } from "../cli/import/open_rows.ts";
import { stageFile } from "../cli/import/stage_file.ts";
import { makePool } from "../postgres/pools.ts";
import { BulkOrder, type BulkResult } from "./bulk_order.ts";
import { answerParent } from "./child.ts";

answerParent((message) => {
  const { workerUrl, file } = BulkOrder.parse(message);
  return stageAll(workerUrl, file);
});

/** What `catchment import --stage-only` does, from opening the file until its last row is durable. */
async function stageAll(workerUrl: string, name: string): Promise<BulkResult> {
  const urls = { owner: workerUrl, api: workerUrl, worker: workerUrl };
  const path = await readPath(urls, "web-form");
  keepMemoryFlat();
  const memory = watchMemory();
  const startedAt = performance.now();
  const { file, close } = await openRows(name, {});
  const checkpoint = await openCheckpoint(workerUrl, path.id, file.fingerprint);
  const pool = makePool(workerUrl, { max: 4, applicationName: "bench bulk" });
  try {
    const nothing = { onBytes: () => {}, onBatch: async () => {} };
    const { rows } = await stageFile({ pool, path, file, checkpoint, ...nothing });
    await checkpoint.finish();
    const seconds = (performance.now() - startedAt) / 1_000;
    return { rows, seconds, peakBytes: memory.stop() };
  } finally {
    await Promise.all([pool.end(), checkpoint.close(), close()]);
  }
}

function watchMemory(): { stop: () => number } {
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return peak - idle;
    },
  };
}
