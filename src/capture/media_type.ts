/** What a Content-Type says, in lower case but for the boundary. Without one: empty. */
export type MediaType = { type: string; charset?: string; boundary?: string };

export function mediaTypeOf(contentType: string | null): MediaType {
  if (contentType === null) return { type: "" };
  const mediaType: MediaType = { type: (contentType.split(";", 1)[0] ?? "").trim().toLowerCase() };
  const parameters = parametersOf(contentType);
  const [charset, boundary] = [parameters.get("charset"), parameters.get("boundary")];
  if (charset !== undefined) mediaType.charset = charset.toLowerCase();
  if (boundary !== undefined) mediaType.boundary = boundary;
  return mediaType;
}

// A quoted value first, so that a semicolon inside of the quotes ends nothing.
const PARAMETER = /;\s*([^\s;="]+)\s*=\s*(?:"([^"]*)"|([^\s;"][^;"]*))/g;

/** What stands behind the first semicolon of a header, by name in lower case; of two with one name the first counts. */
export function parametersOf(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, word = ""] of header.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted ?? word.trim());
  }
  return parameters;
}

/** A body in words. Undefined: nobody knows this charset, or the bytes are none of it. A byte order mark is dropped. */
export function textOf(body: Uint8Array, charset = "utf-8"): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
