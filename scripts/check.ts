/**
 * `npm run check`: what must be true of the sources, each part with what mends it. What must be true of the database
 * is in test/house. `npm run check -- --update` writes db/schema.sql and graphql/ anew instead of comparing them.
 */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../src/postgres/bootstrap.ts";
import { withConnection } from "../src/postgres/connect.ts";
import { migrate } from "../src/postgres/migrate.ts";
import { rolePasswords } from "../src/postgres/role_urls.ts";
import { openScratch } from "../src/postgres/scratch.ts";
import { describeSchema } from "../test/house/describe_schema.ts";
import { read } from "../test/house/files.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const update = process.argv.includes("--update");

const parts: { name: string; mend: string; passes: () => boolean | Promise<boolean> }[] = [
  {
    name: "format and lint",
    mend: "npm run format, then see what biome still says",
    passes: () => run("biome", "check", "--error-on-warnings", "."),
  },
  {
    name: "types",
    mend: "tsc --noEmit -p . names file and line",
    passes: () => run("tsc", "--noEmit", "-p", "."),
  },
  {
    name: "graphql/schema.graphql and graphql/generated",
    mend: "npm run codegen",
    passes: () => run("node", "scripts/codegen.ts", ...(update ? [] : ["--check"])),
  },
  { name: "db/schema.sql", mend: "npm run check -- --update", passes: schemaIsFresh },
];

const failed: typeof parts = [];
for (const part of parts) {
  console.log(`\ncheck: ${part.name}`);
  if (!(await part.passes())) failed.push(part);
}
console.log("");
for (const { name, mend } of failed) console.error(`failed: ${name}. To mend it: ${mend}`);
if (failed.length === 0) console.log("check: all well");
process.exitCode = failed.length === 0 ? 0 : 1;

/** A program of node_modules/.bin, with what it says on our own channels. */
function run(command: string, ...args: string[]): boolean {
  const path = `${ROOT}node_modules/.bin:${process.env.PATH ?? ""}`;
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PATH: path, GRAPHILE_ENV: "test" },
  });
  if (error) console.error(error.message);
  return status === 0;
}

async function schemaIsFresh(): Promise<boolean> {
  const schema = await schemaOfMigratedDatabase();
  if (schema === read("db/schema.sql")) return true;
  if (!update) return false;
  await writeFile(new URL("../db/schema.sql", import.meta.url), schema);
  console.log("wrote db/schema.sql");
  return true;
}

async function schemaOfMigratedDatabase(): Promise<string> {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const scratch = await openScratch(log);
  try {
    const rootUrl = scratch.server.superuserUrl("postgres");
    const passwords = rolePasswords("only for a scratch server");
    const urls = await bootstrap({ rootUrl, database: "catchment", passwords, log });
    await migrate({ ownerUrl: urls.owner, rootUrl, withCurrent: true, log });
    return await withConnection(urls.owner, describeSchema);
  } catch (error) {
    console.error(lines.join("\n"));
    throw error;
  } finally {
    await scratch.close();
  }
}
