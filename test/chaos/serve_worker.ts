/** A program that runs a worker until SIGTERM, or until whoever started it is gone. */
import { z } from "zod";
import { startWorker } from "../../src/worker/start_worker.ts";

const Options = z.object({ url: z.string() });

const { url } = Options.parse(JSON.parse(process.argv[2] ?? ""));
const worker = await startWorker({
  url,
  log: { line: (line) => console.error(line), notification: () => {} },
});
// Ends by itself when nothing is left to do: a timer or a connection that stays behind would show.
process.once("SIGTERM", async () => {
  await worker.stop();
  process.stdin.destroy();
});
process.stdin.once("end", () => process.exit(1)).resume();
console.log("ready");
