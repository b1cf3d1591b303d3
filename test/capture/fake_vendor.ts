import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { Vendor } from "../../src/capture/sources/source.ts";

export type Asked = { url: string; headers: IncomingHttpHeaders };
export type Told =
  | { status?: number; headers?: Record<string, string>; body?: unknown }
  | "hangs"
  | "breaks off";

/** Somebody else's API on this machine: answers in the order of the list, the last one again and again. */
export async function fakeVendor(...answers: (Told | ((asked: Asked) => Told))[]) {
  const asked: Asked[] = [];
  const waiting = [...answers];
  const server = createServer((request, response) => {
    const one = { url: request.url ?? "", headers: request.headers };
    asked.push(one);
    const next = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? {};
    answer(response, typeof next === "function" ? next(one) : next);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { asked, url: `http://127.0.0.1:${port}` };
}

export type FakeVendor = Awaited<ReturnType<typeof fakeVendor>>;

/** How a source asks it, with a token and little patience. */
export function vendorAt(
  { url }: FakeVendor,
  secrets: Record<string, string> = { "access-token": "token" },
): Vendor {
  return {
    baseUrl: url,
    secrets: (name = "") => secrets[name],
    fetch,
    signal: () => AbortSignal.timeout(1_000),
  };
}

function answer(response: ServerResponse, told: Told): void {
  if (told === "hangs") return;
  if (told === "breaks off") {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = {} } = told;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
