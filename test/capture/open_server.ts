import { onTestFinished } from "vitest";
import { z } from "zod";
import { withConnection } from "../../src/postgres/connect.ts";
import { type ServerOptions, startServer } from "../../src/server/server.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import type { TestDatabase } from "../support/database.ts";

export type OpenServer = { url: string; port: number; logged: () => string };

/** The whole server on a free port; it stops with the test. */
export async function openServer(
  database: Pick<TestDatabase, "urls">,
  options: Partial<ServerOptions> = {},
): Promise<OpenServer> {
  const lines: string[] = [];
  const { port, stop } = await startServer({
    port: 0,
    host: "127.0.0.1",
    apiUrl: database.urls.api,
    pathSecret: () => undefined,
    log: makeLog("info", { write: (line) => lines.push(line) }),
    isLocal: true,
    ...options,
  });
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}`, port, logged: () => lines.join("") };
}

/** Sends a body to a door. `answer` holds whatever JSON came back, receipt or problem. */
export async function send(
  { url }: { url: string },
  body: string | Buffer,
  { path = "web-form", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${url}/capture/${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers,
  });
  return { status: response.status, headers: response.headers, answer: Answer.parse(await response.json()) };
}

const Answer = z.looseObject({
  captureId: z.uuid().optional(),
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  status: z.union([z.string(), z.number()]),
});

/** What is durable of a capture, seen from outside of the server. */
export async function stored(database: TestDatabase, captureId: string | undefined) {
  const { rows } = await withConnection(database.urls.superuser, (client) =>
    client.query<{ body: Buffer; traceId: string; isTest: boolean; contentType: string | null }>(
      `select body, trace_id as "traceId", is_test as "isTest", content_type as "contentType"
         from app_public.captures where id = $1`,
      [captureId],
    ),
  );
  return rows[0];
}

export async function countCaptures(database: TestDatabase): Promise<number> {
  const { rows } = await withConnection(database.urls.superuser, (client) =>
    client.query<{ count: number }>("select count(*)::int from app_public.captures"),
  );
  return rows[0]?.count ?? 0;
}
