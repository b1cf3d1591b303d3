import { run } from "graphile-worker";
import { z } from "zod";
import { makeLogChannel } from "../notify/log.ts";
import { makePool } from "../postgres/pools.ts";
import { makeNotify } from "../tasks/notify.ts";
import { makeLog } from "../telemetry/log.ts";
import { answerParent } from "./child.ts";
import { makeJobPerLead, makeRouteOne } from "./job_per_lead.ts";

const Start = z.object({ workerUrl: z.string() });

/** graphile-worker's defaults, ten jobs at a time, a job per lead, woken by its NOTIFY. Notices are sent as ours are. */
answerParent(async (message) => {
  const log = makeLog("info");
  const pgPool = makePool(Start.parse(message).workerUrl, { max: 14, applicationName: "bench jobs" });
  await run({
    pgPool,
    concurrency: 10,
    noHandleSignals: true,
    taskList: {
      route_one: makeJobPerLead(makeRouteOne()),
      notify: makeNotify({ log: makeLogChannel((fields, text) => log.info(fields, text)) }),
    },
  });
  return {};
});
