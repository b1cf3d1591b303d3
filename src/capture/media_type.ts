/** What a Content-Type says, in lower case but for the boundary. Without one: empty. */
export type MediaType = { type: string; charset?: string; boundary?: string };

export function mediaTypeOf(contentType: string | null): MediaType {
  if (contentType === null) return { type: "" };
  const [type = "", ...parameters] = contentType.split(";");
  const mediaType: MediaType = { type: type.trim().toLowerCase() };
  for (const parameter of parameters) {
    const [name = "", ...value] = parameter.split("=");
    const text = unquoted(value.join("=").trim());
    if (name.trim().toLowerCase() === "charset") mediaType.charset = text.toLowerCase();
    if (name.trim().toLowerCase() === "boundary") mediaType.boundary = text;
  }
  return mediaType;
}

/** A body in words. Undefined: nobody knows this charset, or the bytes are none of it. A byte order mark is dropped. */
export function textOf(body: Uint8Array, charset = "utf-8"): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
