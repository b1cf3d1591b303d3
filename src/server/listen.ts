import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:net";

/** Returns the port, which for 0 the system has chosen. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen({ port, host });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(explain(error, `${host}:${port}`), { cause: error });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Why nobody could listen there at this moment, or null. Another program may still be quicker. */
export async function whyNotListen(port: number, host: string): Promise<string | null> {
  const trial = createServer();
  try {
    trial.listen({ port, host });
    await once(trial, "listening");
    return null;
  } catch (error) {
    return explain(error, `${host}:${port}`);
  } finally {
    await new Promise((resolve) => trial.close(resolve));
  }
}

/** Takes no new connection, lets answers under way finish for at most `limitMs`, then cuts the rest. */
export async function drain(server: Server, limitMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A connection becomes idle when its answer is out, and close() looked only once.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

function explain(error: unknown, address: string): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "EADDRINUSE") return `${address} is taken by another program. Choose another port with PORT.`;
  if (code === "EACCES") return `This user may not listen on ${address}. Choose a PORT above 1023.`;
  return `Cannot listen on ${address}.`;
}
