import { readDocument } from "../../contracts/read_document.ts";
import { readForm, refused } from "../form_body.ts";
import { mediaTypeOf, textOf } from "../media_type.ts";
import { readMultipart } from "../multipart.ts";
import { type Event, MOST_EVENTS, type Reading, type Source } from "./source.ts";

/**
 * Whatever a site, a script or a partner posts without a protocol of its own: JSON, a form (url-encoded or multipart),
 * or JSON line by line (NDJSON), told apart by Content-Type. Without one, or with another, the body must be JSON.
 */
export const json: Source = {
  split: (event) => (isNdjson(event.contentType) ? linesOf(event) : undefined),
  read: readPlain,
};

/** The document of a plain body. */
export function readPlain({ body, contentType }: Pick<Event, "body" | "contentType">): Reading {
  const { type, charset, boundary } = mediaTypeOf(contentType);
  if (type === "application/x-www-form-urlencoded") return documentOf(readForm(body, charset));
  if (type === "multipart/form-data") return documentOf(readMultipart(body, boundary, charset));
  const text = charset === undefined || UTF_8.has(charset) ? body : inUtf8(body, charset);
  if (text === undefined) {
    return { kind: "unreadable", ...refused("is not text in the charset that its Content-Type names") };
  }
  const read = readDocument(text);
  return read.ok
    ? { kind: "lead", document: read.document }
    : { kind: "unreadable", violations: read.violations };
}

const UTF_8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);
const NDJSON: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
]);
const LINE_END = 0x0a;

function isNdjson(contentType: string | null): boolean {
  return (
    contentType !== null && contentType !== "application/json" && NDJSON.has(mediaTypeOf(contentType).type)
  );
}

/** A line that is no JSON is an event too: it is quarantined alone. */
function linesOf(event: Event): Event[] {
  const { charset } = mediaTypeOf(event.contentType);
  const contentType = charset === undefined ? "application/json" : `application/json; charset=${charset}`;
  const lines: Event[] = [];
  for (let start = 0; start < event.body.length && lines.length <= MOST_EVENTS; ) {
    const found = event.body.indexOf(LINE_END, start);
    const end = found === -1 ? event.body.length : found;
    const body = event.body.subarray(start, end);
    if (!isBlank(body)) lines.push({ ...event, body, contentType });
    start = end + 1;
  }
  return lines;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function inUtf8(body: Buffer, charset: string): Buffer | undefined {
  const text = textOf(body, charset);
  return text === undefined ? undefined : Buffer.from(text);
}

function documentOf(form: ReturnType<typeof readForm>): Reading {
  return form.ok
    ? { kind: "lead", document: form.fields }
    : { kind: "unreadable", violations: form.violations };
}
