import { readFileSync } from "node:fs";

/** A file of the console, read once. */
export function consoleFile(name: string): string {
  const known = files.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../console/${name}`, import.meta.url), "utf8");
  files.set(name, text);
  return text;
}

const files = new Map<string, string>();
