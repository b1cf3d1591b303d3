import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";

export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  after?: "hang" | "reset";
};
export type Seen = { url: string; headers: IncomingHttpHeaders; body: string };

/** A receiver on this host that answers one thing after the other, the last one for ever. */
export async function startReceiver(...answers: Answer[]) {
  const seen: Seen[] = [];
  const held: Socket[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ url: request.url ?? "", headers: request.headers, body: await text(request) });
    const {
      status = 200,
      headers = {},
      body = "ok",
      after,
    } = answers[seen.length - 1] ?? answers.at(-1) ?? {};
    if (after === "hang") return void held.push(request.socket);
    if (after === "reset") return request.socket.resetAndDestroy();
    response.writeHead(status, { "content-type": "text/plain", ...headers }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/services/T0/B0/canary-of-the-url`,
    seen,
    /** Those that hang are hung up on. */
    release: () => {
      for (const socket of held) socket.resetAndDestroy();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
