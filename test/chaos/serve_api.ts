/** A program that serves the doors on a port until SIGTERM, or until whoever started it is gone. */
import { z } from "zod";
import { startServer } from "../../src/server/server.ts";
import { makeLog } from "../../src/telemetry/log.ts";

const Options = z.object({ apiUrl: z.string(), port: z.number() });

const { apiUrl, port } = Options.parse(JSON.parse(process.argv[2] ?? ""));
const { stop } = await startServer({
  port,
  host: "127.0.0.1",
  apiUrl,
  pathSecret: () => undefined,
  log: makeLog("warn", { write: (line) => process.stderr.write(line) }),
  isLocal: true,
});
process.once("SIGTERM", async () => {
  await stop();
  process.stdin.destroy();
});
process.stdin.once("end", () => process.exit(1)).resume();
console.log("ready");
