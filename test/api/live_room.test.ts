import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { hearWhoReads, makeRoom } from "../../src/api/live/room.ts";
import { test } from "./serve.ts";

const WITHIN = { timeout: 20_000, interval: 20 };
const LARGE = JSON.stringify({ type: "ping", payload: { text: "x".repeat(150_000) } });

test("who opens sockets and says nothing keeps nobody out; those who speak for somebody stay", async () => {
  const { sockets, open, known } = await serve(2);
  const somebody = await open();
  for (const socket of sockets.clients) known.add(socket);
  const silent = await open();
  const next = await open();
  await expect.poll(() => silent.readyState, WITHIN).toBe(WebSocket.CLOSED);
  expect([somebody.readyState, next.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  for (const socket of sockets.clients) known.add(socket);
  await expect(open()).rejects.toThrow("503");
  expect([somebody.readyState, next.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
});

test("who reads nothing is heard no further, and again once they read", async () => {
  const { sockets, open, known } = await serve(1);
  const slow = await open();
  const [here] = sockets.clients;
  if (here === undefined) throw new Error("Nobody came.");
  known.add(here);
  let heard = 0;
  here.on("message", (data) => {
    heard += 1;
    here.send(String(data));
  });
  hearWhoReads(here, (one) => known.has(one));
  slow.pause();
  for (let sent = 0; sent < 200; sent += 1) slow.send(LARGE);
  await expect.poll(() => here.isPaused, WITHIN).toBe(true);
  expect(here.bufferedAmount).toBeLessThan(1_000_000);
  expect(heard).toBeLessThan(200);
  slow.resume();
  await expect.poll(() => heard, WITHIN).toBe(200);
});

test("a stranger who sends and reads nothing is let go before the server holds much for them", async ({
  api,
}) => {
  const stranger = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(stranger, "open");
  stranger.on("error", () => {}); // written to after it was let go
  stranger.pause();
  for (let sent = 0; sent < 200; sent += 1) stranger.send(LARGE);
  await expect.poll(() => stranger.readyState, WITHIN).toBe(WebSocket.CLOSED); // else 33 s later
});

/** A server with room for so many; `known` are those who speak for somebody. */
async function serve(most: number) {
  const known = new Set<WebSocket>();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    if (makeRoom(sockets.clients, most, (one) => known.has(one)))
      sockets.handleUpgrade(request, socket, head, () => {});
    else socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const open = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(server.address())}`);
    await once(socket, "open");
    socket.on("error", () => {});
    return socket;
  };
  return { sockets, open, known };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server does not listen.");
  return address.port;
}
