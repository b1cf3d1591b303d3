import { type FormReading, fieldsOf, refused } from "./form_body.ts";
import { parametersOf, textOf } from "./media_type.ts";

/**
 * A body of multipart/form-data (RFC 7578). A file tells its name only; its bytes stay with the capture. Refuses what
 * is not divided by its boundary.
 */
export function readMultipart(body: Buffer, boundary: string | undefined, charset?: string): FormReading {
  if (boundary === undefined || boundary === "") return refused("has no boundary in its Content-Type");
  const pairs: [string, string][] = [];
  for (const part of partsOf(body, boundary)) {
    const pair = part === undefined ? undefined : readPart(part, charset);
    if (pair === undefined) return refused("is no complete multipart form");
    pairs.push(pair);
  }
  return fieldsOf(pairs);
}

const HEAD_END = "\r\n\r\n";

/** What lies between two boundaries; undefined stands for an end that is missing. */
function* partsOf(body: Buffer, boundary: string): Generator<Buffer | undefined> {
  const delimiter = `\r\n--${boundary}`;
  // The first one may stand at the very start, without the line end in front.
  let at = body.indexOf(`--${boundary}`);
  if (at === -1) return yield undefined;
  at += delimiter.length - 2;
  at = behindPadding(body, at);
  while (body.toString("latin1", at, at + 2) === "\r\n") {
    const end = body.indexOf(delimiter, at);
    if (end === -1) return yield undefined;
    yield body.subarray(at + 2, end);
    at = behindPadding(body, end + delimiter.length);
  }
  if (body.toString("latin1", at, at + 2) !== "--") yield undefined;
}

/** Blanks may stand behind a boundary (RFC 2046). */
function behindPadding(body: Buffer, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at += 1;
  return at;
}

function readPart(part: Buffer, charset: string | undefined): [string, string] | undefined {
  const end = part.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const head = textOf(part.subarray(0, end), charset);
  if (head === undefined) return undefined;
  const parameters = dispositionOf(head);
  const name = parameters.get("name");
  if (name === undefined) return undefined;
  const file = parameters.get("filename") ?? parameters.get("filename*");
  const value = file === undefined ? textOf(part.subarray(end + HEAD_END.length), charset) : unescaped(file);
  return value === undefined ? undefined : [unescaped(name), value];
}

/** The parameters of Content-Disposition, quoted or as bare words, as .NET writes them. */
function dispositionOf(head: string): ReadonlyMap<string, string> {
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith("content-disposition:"));
  return parametersOf(line ?? "");
}

/** Browsers write a quote inside of a name as %22. */
function unescaped(text: string): string {
  return text.replaceAll("%22", '"');
}
