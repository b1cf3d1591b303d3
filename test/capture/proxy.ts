import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Between the program and its database, to take the database away without touching it. */
export async function openProxy(url: string) {
  const target = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let mode: "open" | "cut" | "frozen" = "open";
  const server = createServer((near) => {
    if (mode === "cut") return near.destroy();
    const far = createConnection({ host: target.hostname, port: Number(target.port) });
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("error", () => {}).on("close", () => to.destroy());
      from.on("data", (bytes) => {
        if (mode !== "frozen") to.write(bytes);
      });
    }
    near.on("close", () => pairs.delete(pair));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const drop = () => {
    for (const [near] of pairs) near.destroy();
  };
  onTestFinished(() => {
    drop();
    server.close();
  });
  const address = server.address();
  const own = new URL(url);
  own.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: own.href,
    /** Connections break, new ones too: the server is gone. */
    cut: () => {
      mode = "cut";
      drop();
    },
    /** Everything sent is swallowed: the server hangs. */
    freeze: () => {
      mode = "frozen";
    },
    restore: () => {
      mode = "open";
    },
  };
}
