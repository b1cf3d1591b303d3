import type { Event, Request } from "../../../src/capture/sources/source.ts";

/** A request as a door hands it to a source; a test says what matters to it. */
export function aRequest(
  body: string | Buffer,
  headers: Request["headers"] = {},
  more: Partial<Request> = {},
): Request {
  const sent = Buffer.from(body);
  return { method: "POST", target: "/capture/x", headers, sent, body: sent, publicUrl: "", now: 0, ...more };
}

export function anEvent(
  body: string | Buffer,
  contentType = "application/json",
  headers: Event["headers"] = {},
): Event {
  return { body: Buffer.from(body), contentType, headers };
}
