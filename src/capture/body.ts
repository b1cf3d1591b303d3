import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** `takesBytes` is asked before bytes are kept; false means that there is no room. */
export type BodyLimits = { maxBytes: number; takesBytes: (bytes: number) => boolean };

/** `aborted`: the sender left before the end, nobody waits for an answer. */
export type BodyFailure = "too large" | "no room" | "aborted";

/** The body as it was sent. Keeps nothing beyond the limit, whatever Content-Length said. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer | BodyFailure> {
  if (Number(request.headers["content-length"]) > limits.maxBytes) return Promise.resolve("too large");
  if (request.destroyed) return Promise.resolve("aborted");
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxBytes) return finish("too large");
      if (!limits.takesBytes(chunk.length)) return finish("no room");
      chunks.push(chunk);
    };
    const onEnd = () => {
      const [only] = chunks;
      finish(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    };
    const onClose = () => finish("aborted");
    const finish = (outcome: Buffer | BodyFailure) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      chunks = [];
      request.resume(); // the rest is thrown away, so that the sender gets to the answer
      resolve(outcome);
    };
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

/** Stops as soon as it unpacks to more than allowed: a bomb costs no memory. */
export async function inflate(
  body: Buffer,
  { maxBytes, takesBytes }: BodyLimits,
): Promise<Buffer | "too large" | "no room" | "not gzip"> {
  try {
    const inflated = await unzip(body, { maxOutputLength: maxBytes });
    return takesBytes(inflated.length) ? inflated : "no room";
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return isTooLarge ? "too large" : "not gzip";
  }
}

const unzip = promisify(gunzip);
