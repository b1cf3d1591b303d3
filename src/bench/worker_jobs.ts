import { run } from "graphile-worker";
import { z } from "zod";
import { makePool } from "../postgres/pools.ts";
import { makeNotify } from "../tasks/notify.ts";
import { makeLog } from "../telemetry/log.ts";
import { makeMessenger } from "../worker/messenger.ts";
import { answerParent } from "./child.ts";
import { makeJobPerLead, makeRouteOne } from "./job_per_lead.ts";

const Start = z.object({ workerUrl: z.string() });

/** graphile-worker's defaults, ten jobs at a time, a job per lead, woken by its NOTIFY. Notices are sent as ours are. */
answerParent(async (message) => {
  const log = makeLog("info");
  const pgPool = makePool(Start.parse(message).workerUrl, { max: 14, applicationName: "bench jobs" });
  const messenger = makeMessenger({
    pool: pgPool,
    settings: { publicUrl: null, mail: null, networks: [] },
    secret: () => undefined,
    key: undefined,
    log: { line: (line) => log.warn(line), notification: (fields, text) => log.info(fields, text) },
  });
  await run({
    pgPool,
    concurrency: 10,
    noHandleSignals: true,
    taskList: {
      route_one: makeJobPerLead(makeRouteOne()),
      notify: makeNotify(messenger),
    },
  });
  return {};
});
