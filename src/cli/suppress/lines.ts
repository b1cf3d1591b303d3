import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { misused } from "../outcome.ts";

export type Line = { number: number; text: string };

/** The lines that hold something; of a CSV what stands before the first separator, without its quotes. `-`: standard input. */
export async function* linesOf(file: string): AsyncGenerator<Line> {
  const input = file === "-" ? process.stdin : createReadStream(file, "utf8");
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const text = (line.replace(/^\uFEFF/, "").split(/[,;\t]/, 1)[0] ?? "").trim().replace(/^"(.*)"$/, "$1");
      if (text !== "") yield { number, text };
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw misused(`There is no file ${file}.`);
    }
    throw error;
  }
}
