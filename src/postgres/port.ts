import { createServer } from "node:net";

/** The wished port when it is free, else one that the system chooses. Another program may still be quicker. */
export async function freePort(wished: number | null): Promise<number> {
  return (wished === null ? null : await tryPort(wished)) ?? (await anyPort());
}

async function anyPort(): Promise<number> {
  const port = await tryPort(0);
  if (port === null) throw new Error("No free port on 127.0.0.1.");
  return port;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host: "127.0.0.1" }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : null));
    });
  });
}
