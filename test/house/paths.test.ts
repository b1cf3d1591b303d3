import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./files.ts";

/** What git does not hold (.gitignore), and what somebody else wrote: checksums and addresses of packages. */
const NOT_OURS = new Set([".git", "node_modules", ".catchment", "coverage", ".env", "package-lock.json"]);

/** Folders of the machine that somebody wrote this on, and where its packages came from. */
const FORBIDDEN = new RegExp(["/home/\\w", "/root/", "/Users/\\w", "registry\\.[\\w-]+\\.\\w"].join("|"));

test("no file names a path of somebody's machine, or the host of a package registry", () => {
  const files = ourFiles("");
  expect(files.length).toBeGreaterThan(300);
  const findings = files.flatMap((path) =>
    readFileSync(join(ROOT, path), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        FORBIDDEN.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
      ),
  );
  expect(findings.filter((finding) => !finding.startsWith("test/house/paths.test.ts:"))).toEqual([]);
});

test("the lock file takes packages from the public registry only", () => {
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const hosts = new Set([...lock.matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(([, host]) => host));
  expect([...hosts].filter((host) => host !== "registry.npmjs.org")).toEqual([]);
});

test("committed migrations are as they were committed", () => {
  const folder = join(ROOT, "db/committed");
  let previous: string | null = null;
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()) {
    const { before, hash, body } = migrationOf(readFileSync(join(folder, name), "utf8"));
    expect([name, before]).toEqual([name, previous]);
    expect([name, hash]).toEqual([name, hashOf(previous, body)]);
    previous = hash;
  }
});

test("an edited migration would be found", () => {
  const body = "select 1;\n";
  const text = `--! Previous: -\n--! Hash: ${hashOf(null, body)}\n\n${body}`;
  const good = migrationOf(text);
  expect(good.hash).toBe(hashOf(good.before, good.body));
  const edited = migrationOf(text.replace("select 1", "select 2"));
  expect(edited.hash).not.toBe(hashOf(edited.before, edited.body));
});

/** The head that graphile-migrate writes, up to the first empty line, and what it vouches for. */
function migrationOf(text: string): { before: string | null; hash: string; body: string } {
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end);
  const before = /^--! Previous: (.+)$/m.exec(head)?.[1] ?? "";
  return {
    before: before === "-" ? null : before,
    hash: /^--! Hash: (.+)$/m.exec(head)?.[1] ?? "",
    body: `${text.slice(end).trim()}\n`,
  };
}

/** As graphile-migrate computes it. */
function hashOf(previous: string | null, body: string): string {
  const vouchedFor = `${`${previous ?? ""}\n${body.trim()}`.trim()}\n`;
  return `sha1:${createHash("sha1").update(vouchedFor).digest("hex")}`;
}

function ourFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name) || entry.name.endsWith(".log")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? ourFiles(path) : entry.isFile() ? [path] : [];
  });
}
