import type { ServerResponse } from "node:http";
import type { Receipt } from "./arrival.ts";
import { type Problem, sendProblem } from "./problem.ts";
import type { Reply } from "./sources/source.ts";

/** What becomes of a request at a door. */
export type Answer =
  /** `events`: of a request with several; `reply`: what this sender wants to hear instead of the receipt. */
  | { kind: "stored"; receipt: Receipt; events?: number; reply?: Reply | undefined }
  /** Nothing was stored, and nothing is wrong: a handshake, a preflight. */
  | { kind: "replied"; reply: Reply }
  | { kind: "refused"; problem: Problem }
  /** The sender left before the end, nobody waits for an answer. */
  | { kind: "aborted" };

export function refuse(problem: Problem): Answer {
  return { kind: "refused", problem };
}

export function respond(response: ServerResponse, answer: Answer, traceId: string): void {
  if (answer.kind === "aborted") return;
  if (answer.kind === "refused") sendProblem(response, answer.problem, traceId);
  else if (answer.reply !== undefined) sendReply(response, answer.reply);
  else if (answer.kind === "stored") sendReceipt(response, answer.receipt, answer.events);
}

/** For the metrics: stored, known, replied, aborted, or the slug of the problem. */
export function resultOf(answer: Answer): string {
  if (answer.kind === "refused") return answer.problem.slug;
  if (answer.kind !== "stored") return answer.kind;
  return answer.receipt.isNew ? "stored" : "known";
}

/** By hand: every value is an id or a word of ours. */
function sendReceipt(response: ServerResponse, receipt: Receipt, events: number | undefined): void {
  const status = receipt.isNew ? "pending" : "known";
  const count = events === undefined ? "" : `,"events":${events}`;
  const body = `{"captureId":"${receipt.captureId}","traceId":"${receipt.traceId}","status":"${status}"${count}}`;
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = status === 204 ? undefined : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length, "x-content-type-options": "nosniff" });
  response.end(body);
}
