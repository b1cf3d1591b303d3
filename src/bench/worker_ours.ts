import { z } from "zod";
import { makeLog } from "../telemetry/log.ts";
import { startWorker } from "../worker/start_worker.ts";
import { answerParent } from "./child.ts";

const Start = z.object({ workerUrl: z.string() });

/** The worker as it is. */
answerParent(async (message) => {
  const log = makeLog("info");
  await startWorker({
    url: Start.parse(message).workerUrl,
    log: { line: (line) => log.warn(line), notification: (fields, text) => log.info(fields, text) },
  });
  return {};
});
