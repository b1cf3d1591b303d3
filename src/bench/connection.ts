import { Socket } from "node:net";

export type Response = { status: number; body: string };

export type Connection = {
  /** One request at a time; `onResponse` has the answer, null when the server closed the connection. */
  send: (request: string) => void;
  close: () => void;
};

/**
 * HTTP/1.1 for a load generator and nothing else: one keep-alive socket, written and read without a client in
 * between, since a client costs more than the servers it would measure. Every answer has a Content-Length.
 */
export async function openConnection(
  port: number,
  onResponse: (response: Response | null) => void,
): Promise<Connection> {
  const socket = new Socket();
  let received = "";
  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    const response = parse(received);
    if (response === null) return;
    received = "";
    onResponse(response);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, "127.0.0.1", () => {
      socket.off("error", reject);
      resolve();
    });
  });
  let isClosed = false;
  socket.on("error", () => {}); // "close" follows
  socket.on("close", () => {
    if (!isClosed) onResponse(null);
  });
  return {
    send: (request) => socket.write(request),
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}

/** Null while something is missing. Nothing follows an answer: the next request is not sent yet. */
function parse(received: string): Response | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received)?.[1]);
  if (Number.isNaN(length)) throw new Error("An answer has no Content-Length.");
  if (received.length < end + 4 + length) return null;
  return { status: Number(received.slice(9, 12)), body: received.slice(end + 4, end + 4 + length) };
}
