import type { ServerResponse } from "node:http";

/** Why a request is refused, in words for the one who sent it: no stack, no SQL, nothing of what was sent. */
export type Problem = {
  status: number;
  /** Short and stable: the last part of the type, and the `result` of the metrics. */
  slug: string;
  title: string;
  detail: string;
  headers?: Record<string, string>;
};

/** RFC 9457. */
export function sendProblem(response: ServerResponse, problem: Problem, traceId: string): void {
  const { status, slug, title, detail, headers } = problem;
  const body = JSON.stringify({ type: `urn:catchment:problem:${slug}`, title, status, detail, traceId });
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
}
