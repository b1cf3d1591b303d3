import { createServer } from "node:http";
import { listen } from "../server/listen.ts";
import { answerParent } from "./child.ts";

/** Answers at once and keeps nothing: what the load generator can do at most. */
answerParent(async () => {
  const body = JSON.stringify({ captureId: "0".repeat(36), traceId: "0".repeat(32), status: "pending" });
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
  });
  return { port: await listen(server, 0, "127.0.0.1") };
});
