import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { SetupError } from "../../src/setup/problem.ts";
import { readSetup } from "../../src/setup/read.ts";
import { temporaryFolder } from "../support/folder.ts";

export const ACME = fileURLToPath(new URL("../../examples/acme", import.meta.url));

/** One text of one file of the sample organization made wrong, and the text on the line that is complained of. */
export type Fault = { file: string; text: string; wrong: string; on: string; in?: string };

/** A copy of the sample organization in which one text of one file is another. */
export async function acmeWith(file: string, text: string, other: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(ACME, folder, { recursive: true });
  await change(folder, file, text, other);
  return folder;
}

export async function change(folder: string, file: string, text: string, other: string): Promise<void> {
  const content = await readFile(join(folder, file), "utf8");
  if (!content.includes(text)) throw new Error(`${file} holds no ${text}`);
  await writeFile(
    join(folder, file),
    content.replace(text, () => other),
  );
}

/** An organization of one file, written into an empty folder. */
export async function folderOf(text: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "all.yaml"), text);
  return folder;
}

/** What reading a folder complains of; empty when it is in order. */
export async function problemsOf(folder: string): Promise<readonly string[]> {
  try {
    await readSetup(folder);
    return [];
  } catch (error) {
    if (error instanceof SetupError) return error.problems;
    throw error;
  }
}

/** The fault is named with its file and line, in these words. */
export async function expectRefusal(fault: Fault, says: string): Promise<void> {
  const folder = await acmeWith(fault.file, fault.text, fault.wrong);
  const place = fault.in ?? fault.file;
  const line = (await readFile(join(folder, place), "utf8"))
    .split("\n")
    .findIndex((each) => each.includes(fault.on));
  if (line < 0) throw new Error(`${place} holds no ${fault.on}`);
  const problem = (await problemsOf(folder)).find((each) => each.includes(says));
  expect(problem?.slice(0, problem.indexOf(" "))).toBe(`${place}:${line + 1}:`);
}
