/** One value inside of an object (with its key) or of a list, as the bytes that were sent. */
export type Slice = { key?: string; bytes: Buffer };

/**
 * The values of a JSON object or list in order, byte for byte, so that no id beyond 2^53 loses a digit. `json` must
 * be valid JSON (readDocument). Anything but an object or a list has none; at most `limit` are looked for.
 */
export function slicesOf(json: Buffer, limit = Number.POSITIVE_INFINITY): Slice[] {
  const slices: Slice[] = [];
  const open = skipSpace(json, 0);
  const isObject = json[open] === OPEN_OBJECT;
  if (!isObject && json[open] !== OPEN_LIST) return slices;
  let at = skipSpace(json, open + 1);
  while (at < json.length && !isClosing(json[at]) && slices.length < limit) {
    const end = endOfItem(json, at);
    const item = json.subarray(at, end);
    slices.push(isObject ? member(item) : { bytes: trimmed(item) });
    at = skipSpace(json, json[end] === COMMA ? end + 1 : end);
  }
  return slices;
}

/** The value of a key, as bytes; of a key that stands twice the last one, as JSON.parse has it. */
export function sliceAt(json: Buffer, key: string): Buffer | undefined {
  return slicesOf(json).findLast((slice) => slice.key === key)?.bytes;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/** The comma or the bracket behind the item that starts at `at`. */
function endOfItem(json: Buffer, at: number): number {
  let depth = 0;
  let end = at;
  for (; end < json.length; end += 1) {
    const byte = json[end];
    if (byte === QUOTE) end = endOfString(json, end);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (isClosing(byte)) {
      if (depth === 0) return end;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) return end;
  }
  return end;
}

/** The closing quote of the string that opens at `at`. */
function endOfString(json: Buffer, at: number): number {
  let end = at + 1;
  while (end < json.length && json[end] !== QUOTE) end += json[end] === BACKSLASH ? 2 : 1;
  return end;
}

function member(item: Buffer): Slice {
  const keyEnd = endOfString(item, 0) + 1;
  const key: unknown = JSON.parse(item.toString("utf8", 0, keyEnd));
  return { key: String(key), bytes: trimmed(item.subarray(item.indexOf(COLON, keyEnd) + 1)) };
}

function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1])) end -= 1;
  return bytes.subarray(skipSpace(bytes, 0), end);
}

/** A byte order mark counts as space at the start. */
function skipSpace(json: Buffer, from: number): number {
  let at = from === 0 && json[0] === 0xef ? 3 : from;
  while (isSpace(json[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isClosing(byte: number | undefined): boolean {
  return byte === 0x5d || byte === 0x7d;
}
