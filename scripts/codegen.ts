/**
 * Writes graphql/schema.graphql as a migrated database has it, and the typed documents of graphql/operations into
 * graphql/generated. `--check` writes nothing: it names what is stale and fails.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@graphql-codegen/cli";
import { exportSdl } from "../src/api/export_sdl.ts";
import { bootstrap } from "../src/postgres/bootstrap.ts";
import { errorCode } from "../src/postgres/connect.ts";
import { migrate } from "../src/postgres/migrate.ts";
import { rolePasswords } from "../src/postgres/role_urls.ts";
import { openScratch } from "../src/postgres/scratch.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCHEMA = join(ROOT, "graphql/schema.graphql");
const OPERATIONS = join(ROOT, "graphql/operations");
const GENERATED = join(ROOT, "graphql/generated");

const files = new Map<string, string>();
const sdl = await sdlOfMigratedDatabase();
files.set(SCHEMA, sdl);
for (const { filename, content } of await typedDocuments(sdl)) {
  // The others find a document by its text at run time; imports by name do without.
  if (/\/(?:graphql\.ts|persisted-documents\.json)$/.test(filename)) files.set(filename, content);
}

const stale = await staleFiles(files);
if (process.argv.includes("--check")) {
  for (const { path, line } of stale) console.error(`${relative(ROOT, path)} is stale: ${line}`);
  if (stale.length > 0) {
    console.error("Run `npm run codegen` and commit what it wrote.");
    process.exitCode = 1;
  }
} else {
  for (const { path } of stale) {
    const content = files.get(path);
    await mkdir(dirname(path), { recursive: true });
    await (content === undefined ? rm(path) : writeFile(path, content));
    console.log(`${content === undefined ? "removed" : "wrote"} ${relative(ROOT, path)}`);
  }
}

async function sdlOfMigratedDatabase(): Promise<string> {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const scratch = await openScratch(log);
  try {
    const rootUrl = scratch.server.superuserUrl("postgres");
    const passwords = rolePasswords("only for a scratch server");
    const urls = await bootstrap({ rootUrl, database: "catchment", passwords, log });
    await migrate({ ownerUrl: urls.owner, rootUrl, withCurrent: true, log });
    return await exportSdl(urls.api);
  } catch (error) {
    console.error(lines.join("\n"));
    throw error;
  } finally {
    await scratch.close();
  }
}

/** Types without enums and imports with endings, so that Node runs them as they are. */
function typedDocuments(schema: string): Promise<{ filename: string; content: string }[]> {
  return generate(
    {
      schema,
      documents: [join(OPERATIONS, "*.graphql")],
      silent: true,
      importExtension: ".ts",
      emitLegacyCommonJSImports: false,
      generates: {
        [`${GENERATED}/`]: {
          preset: "client",
          presetConfig: {
            fragmentMasking: false,
            persistedDocuments: { mode: "embedHashInDocument", hashAlgorithm: "sha256" },
          },
          config: {
            documentMode: "string",
            enumType: "string-literal",
            useTypeImports: true,
            strictScalars: true,
            defaultScalarType: "unknown",
            scalars: {
              BigFloat: "string",
              BigInt: "string",
              Cursor: "string",
              Date: "string",
              Datetime: "string",
              JSON: "unknown",
              Time: "string",
              UUID: "string",
            },
          },
        },
      },
    },
    false,
  );
}

/** What is on disk and differs, is missing, or is there without being generated any more. */
async function staleFiles(wanted: Map<string, string>): Promise<{ path: string; line: string }[]> {
  const present = (await readdir(GENERATED).catch(() => [])).map((name) => join(GENERATED, name));
  const paths = new Set([...wanted.keys(), ...present]);
  const found: { path: string; line: string }[] = [];
  for (const path of paths) {
    const before = await readIfThere(path);
    const after = wanted.get(path);
    if (before !== after) found.push({ path, line: firstDifference(before, after) });
  }
  return found;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
}

function firstDifference(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return "it is missing";
  if (after === undefined) return "nothing generates it";
  const [old, now] = [before.split("\n"), after.split("\n")];
  const n = now.findIndex((line, index) => line !== old[index]);
  const at = n === -1 ? now.length : n;
  return `line ${at + 1}\n  - ${old[at] ?? ""}\n  + ${now[at] ?? ""}`;
}
