import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CommandError, EXIT, misused } from "../outcome.ts";

export type SourceFile = {
  /** As the caller named it. */
  name: string;
  bytes: number;
  sha256: string;
  encoding: string;
  /** At least the first 64 KB of the text, or all of it. */
  beginning: string;
  /** The text from its beginning, in pieces; a byte order mark is taken away. */
  text: (onBytes?: (count: number) => void) => AsyncGenerator<string>;
  /** Removes what was put aside for this run. */
  close: () => Promise<void>;
};

/**
 * Reads a file once to the end to see that it is text: a wrong letter in the last line would otherwise be found
 * after all others are staged. Standard input ("-") is put aside in a file that only this user can read.
 */
export async function openSource(name: string, encoding: string | undefined): Promise<SourceFile> {
  const { path, close } = name === "-" ? await putAside() : { path: name, close: async () => {} };
  try {
    const read = await readThrough(path, name, encoding);
    return { name, ...read, text: (onBytes) => decoded(path, read.encoding, onBytes), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Read = Pick<SourceFile, "bytes" | "sha256" | "encoding" | "beginning">;

async function readThrough(path: string, name: string, asked: string | undefined): Promise<Read> {
  const hash = createHash("sha256");
  let bytes = 0;
  let beginning = "";
  let encoding = asked ?? "utf-8";
  try {
    const start = await startOf(path);
    const advice = adviceFor(start, name);
    if (advice !== null) throw misused(`${name} ${advice} Nothing was imported.`);
    encoding = asked ?? encodingByMark(start);
    const note = (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    };
    for await (const text of decodedChunks(readPieces(path), encoding, note)) {
      if (beginning.length < BEGINNING) beginning += text;
    }
  } catch (error) {
    throw explain(error, name, encoding);
  }
  if (asked === undefined && isMostlyNul(beginning)) {
    throw misused(`${name} is not utf-8 text. Nothing was imported. Try --encoding utf-16le.`);
  }
  return { bytes, sha256: hash.digest("hex"), encoding, beginning };
}

const BEGINNING = 65_536;

function explain(error: unknown, name: string, encoding: string): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof RangeError) return misused(`"${encoding}" is no encoding. Try utf-8 or windows-1252.`);
  if (!(error instanceof TypeError)) return misused(`The file ${name} cannot be read.`);
  const hint = encoding === "utf-8" ? "windows-1252" : "utf-8";
  return misused(`${name} is not ${encoding} text. Nothing was imported. Try --encoding ${hint}.`);
}

/** The first eight bytes, as hexadecimal digits. */
async function startOf(path: string): Promise<string> {
  for await (const chunk of createReadStream(path, { start: 0, end: 7 }))
    return Buffer.from(chunk).toString("hex");
  return "";
}

function encodingByMark(start: string): string {
  if (start.startsWith("fffe")) return "utf-16le";
  return start.startsWith("feff") ? "utf-16be" : "utf-8";
}

/** What people bring instead of text. Another encoding would make rows of its bytes. */
function adviceFor(start: string, name: string): string | null {
  if (start.startsWith("504b0304") || start === "d0cf11e0a1b11ae1")
    return "is a workbook or an archive and no text: save its sheet as CSV (UTF-8) and import that.";
  if (start.startsWith("1f8b")) return `is compressed: unpack it first, as with \`zcat ${name}\`.`;
  if (start.startsWith("25504446")) return "is a PDF: it holds no rows.";
  return null;
}

/** UTF-16 without its mark is valid UTF-8 as long as it holds nothing but ASCII. */
function isMostlyNul(beginning: string): boolean {
  return (beginning.slice(0, 1_000).match(/\0/g)?.length ?? 0) * 4 > Math.min(1_000, beginning.length);
}

async function* decoded(
  path: string,
  encoding: string,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<string> {
  try {
    yield* decodedChunks(readPieces(path), encoding, (chunk) => onBytes(chunk.length));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.failed, "The file was changed while it was read. Import it again.");
  }
}

/** The same buffer for every piece: a stream makes a new one each time, and leaves them to be collected. */
async function* readPieces(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path);
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

const PIECE_BYTES = 128 * 1024;

async function* decodedChunks(
  chunks: AsyncIterable<Buffer>,
  encoding: string,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true }); // takes a byte order mark away
  for await (const chunk of chunks) {
    onChunk(chunk);
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

async function putAside(): Promise<{ path: string; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "catchment-import-")); // mode 700
  const close = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, "standard-input");
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 })).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { path, close };
}
