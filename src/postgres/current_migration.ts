import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { compileIncludes, compilePlaceholders } from "graphile-migrate/dist/migration.js";
import { type ParsedSettings, parseSettings, type Settings } from "graphile-migrate/dist/settings.js";
import { withConnection } from "./connect.ts";

/** A run of lines of one file. `firstLine` counts from 1. */
export type Section = { file: string; firstLine: number; sql: string };

/**
 * Runs `db/current` in one transaction. It goes section by section instead of as one text, so that an error names
 * the file and the line where it stands; an `--!include` therefore stands between statements, never inside one.
 */
export async function runCurrent(
  ownerUrl: string,
  settings: Settings & { migrationsFolder: string },
  log: (line: string) => void,
): Promise<void> {
  const parsed = await parseSettings(settings);
  const sections = await readSections(parsed);
  await withConnection(ownerUrl, async (client) => {
    await client.query("begin");
    for (const section of sections) {
      // A connection closed by the error rolls back.
      await client.query(compilePlaceholders(parsed, section.sql)).catch((error: unknown) => {
        throw describeFailure(section, error);
      });
    }
    await client.query("commit");
  });
  log(`the current migration was run: ${sections.length} sections`);
}

async function readSections(settings: ParsedSettings): Promise<Section[]> {
  const folder = join(settings.migrationsFolder, "current");
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[0-9].*\.sql$/.test(name));
  names.sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10));
  const sections: Section[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const compiled = await compileIncludes(settings, await readFile(path, "utf8"), new Set([path]));
    sections.push(...splitAtIncludes(`current/${name}`, compiled));
  }
  return sections;
}

/** Undoes what `compileIncludes` joined, by the marks that it leaves, and keeps count of the lines. */
export function splitAtIncludes(file: string, compiled: string): Section[] {
  const sections: Section[] = [];
  const open = [{ file, line: 0 }];
  let current: Section | null = null;
  for (const text of compiled.split("\n")) {
    const included = /^--! Included (.*)$/.exec(text)?.[1];
    const here = open.at(-1);
    if (here === undefined) break;
    if (included !== undefined) {
      here.line += 1;
      open.push({ file: `fixtures/${included}`, line: 0 });
      current = null;
    } else if (text.startsWith("--! EndIncluded ")) {
      open.pop();
      current = null;
    } else {
      here.line += 1;
      if (current === null) {
        current = { file: here.file, firstLine: here.line, sql: "" };
        sections.push(current);
      }
      current.sql += `${text}\n`;
    }
  }
  return sections.filter((section) => section.sql.trim() !== "");
}

/** The message, and the lines around the fault when the server says where it is. */
export function describeFailure(section: Section, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`${section.file}: ${String(error)}`);
  const position = "position" in error ? Number(error.position) : Number.NaN;
  const notes = ["code", "detail", "hint", "where"].flatMap((key) => {
    const note: unknown = Object.getOwnPropertyDescriptor(error, key)?.value;
    return typeof note === "string" && note !== "" ? [`  ${key}: ${note}`] : [];
  });
  if (Number.isNaN(position)) return new Error([`${section.file}: ${error.message}`, ...notes].join("\n"));
  const lines = section.sql.split("\n");
  const before = section.sql.slice(0, position - 1).split("\n");
  const fault = before.length - 1;
  const shown = lines.slice(Math.max(0, fault - 3), fault + 3).map((text, index) => {
    const line = Math.max(0, fault - 3) + index;
    return `${line === fault ? ">" : " "} ${String(section.firstLine + line).padStart(4)} | ${text}`;
  });
  const place = `${section.file}:${section.firstLine + fault}:${(before.at(-1)?.length ?? 0) + 1}`;
  return new Error([`${place}: ${error.message}`, ...shown, ...notes].join("\n"), { cause: error });
}
