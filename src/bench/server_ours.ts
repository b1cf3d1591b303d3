import { z } from "zod";
import { startServer } from "../server/server.ts";
import { makeLog } from "../telemetry/log.ts";
import { answerParent } from "./child.ts";

const Start = z.object({ apiUrl: z.string() });

/** The server as it is, without the API: its doors, its metrics, its log. */
answerParent(async (message) => {
  const { apiUrl } = Start.parse(message);
  const { port } = await startServer({
    port: 0,
    host: "127.0.0.1",
    apiUrl,
    pathSecret: () => undefined,
    log: makeLog("info"),
    isLocal: true,
  });
  return { port };
});
