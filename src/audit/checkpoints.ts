import { type KeyObject, sign, verify } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import { appendLines } from "../postgres/append_lines.ts";
import { errorCode } from "../postgres/connect.ts";
import { type AuditKeys, fingerprintOf } from "./keys.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A line of the file: the chain's head as it was at an instant, or a month that was dropped behind such a head. */
const Statement = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("head"), block: z.int().positive(), hash: Hash, at: z.iso.datetime() }),
  z.strictObject({
    kind: z.literal("drop"),
    month: z.string().regex(/^\d{4}_\d{2}$/),
    block: z.int().positive(),
    hash: Hash,
    at: z.iso.datetime(),
  }),
]);
export type Statement = z.infer<typeof Statement>;

const Line = z.strictObject({ statement: Statement, key: z.string(), signature: z.base64() });

export type Checkpoints = {
  statements: Statement[];
  /** Numbers of lines that are none. A crash may leave one behind. */
  unreadable: number[];
  /** Numbers of lines that the key did not sign as they stand. */
  forged: number[];
};

/** Signs and adds a line, and answers when it is on disk. */
export async function addCheckpoint(file: string, keys: AuditKeys, statement: Statement): Promise<void> {
  const key = fingerprintOf(keys.publicKey);
  const signature = sign(null, signedBytes(statement, key), keys.privateKey).toString("base64");
  await appendLines(file, [JSON.stringify({ statement, key, signature })]);
}

/** Null when there is no such file. */
export async function readCheckpoints(file: string, publicKey: KeyObject): Promise<Checkpoints | null> {
  const text = await readFile(file, "utf8").catch(nullWhenAbsent);
  return text === null ? null : parse(text, publicKey);
}

/** The newest head that was signed, without reading the whole file. */
export async function lastHead(file: string, publicKey: KeyObject): Promise<Statement | null> {
  const handle = await open(file, "r").catch(nullWhenAbsent);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return parse(buffer.toString(), publicKey).statements.findLast(({ kind }) => kind === "head") ?? null;
  } finally {
    await handle.close();
  }
}

function parse(text: string, publicKey: KeyObject): Checkpoints {
  const found: Checkpoints = { statements: [], unreadable: [], forged: [] };
  for (const [at, content] of text.split("\n").entries()) {
    if (content.trim() === "") continue;
    const line = lineOf(content);
    if (line === null) found.unreadable.push(at + 1);
    else if (isSigned(line, publicKey)) found.statements.push(line.statement);
    else found.forged.push(at + 1);
  }
  return found;
}

function lineOf(content: string): z.infer<typeof Line> | null {
  try {
    return Line.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

function isSigned({ statement, key, signature }: z.infer<typeof Line>, publicKey: KeyObject): boolean {
  return verify(null, signedBytes(statement, key), publicKey, Buffer.from(signature, "base64"));
}

/** A text that nothing else signs, and the values in a fixed order. */
function signedBytes(statement: Statement, key: string): Buffer {
  const { kind, block, hash, at } = statement;
  const month = statement.kind === "drop" ? statement.month : null;
  return Buffer.from(`catchment audit checkpoint\n${JSON.stringify([kind, month, block, hash, at, key])}`);
}

function nullWhenAbsent(error: unknown): null {
  if (errorCode(error) === "ENOENT") return null;
  throw error;
}

const TAIL_BYTES = 64 * 1024;
