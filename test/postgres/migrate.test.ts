import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { bootstrap, rolePasswords } from "../../src/postgres/bootstrap.ts";
import { commitMigration } from "../../src/postgres/commit_migration.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { pendingMigrations } from "../../src/postgres/pending_migrations.ts";
import { temporaryFolder } from "../support/folder.ts";

const TABLES = "create table if not exists public.rivers (name text);\n";
const INCLUDES = "--! Message: rivers\n\n--!include functions/flow.sql\n\n--!include views/all_rivers.sql\n";
const FLOW =
  "-- A comment.\n\ncreate or replace function public.flow() returns int language sql stable\nreturn 1;\n";
const VIEW =
  "create or replace view public.all_rivers as\nselect rivers.name, public.flow()\n  from public.rivers;\n";
const FILES = {
  "current/100-tables.sql": TABLES,
  "current/200-rest.sql": INCLUDES,
  "fixtures/functions/flow.sql": FLOW,
  "fixtures/views/all_rivers.sql": VIEW,
};

test("nothing committed and nothing current is nothing to do", async () => {
  const folder = await dbFolder({});
  const ownerUrl = await blankDatabase();
  await migrate({ ownerUrl, migrationsFolder: folder, withCurrent: true, log: () => {} });
  expect(await pendingMigrations(ownerUrl, folder)).toEqual([]);
});

test("every run makes the partitions of a database that no worker served for months", async () => {
  const made = `create schema if not exists app_private;
    create table if not exists app_private.made (months int);
    create or replace function app_private.make_partitions(as_of timestamptz, months_ahead int) returns void language sql
      as 'insert into app_private.made values (months_ahead)';\n`;
  const folder = await dbFolder({ "current/1-partitions.sql": made });
  const ownerUrl = await blankDatabase();
  await migrate({ ownerUrl, migrationsFolder: folder, withCurrent: true, log: () => {} });
  expect(await ask(ownerUrl, "select months from app_private.made")).toEqual([]);
  await migrate({ ownerUrl, migrationsFolder: folder, log: () => {} });
  expect(await ask(ownerUrl, "select months from app_private.made")).toEqual([{ months: 6 }]);
});

test("the current migration runs only when asked for, includes and all, and runs again", async () => {
  const folder = await dbFolder(FILES);
  const ownerUrl = await blankDatabase();
  await migrate({ ownerUrl, migrationsFolder: folder, log: () => {} });
  await expect(ask(ownerUrl, "select from all_rivers")).rejects.toThrow("does not exist");
  for (const _time of [1, 2])
    await migrate({ ownerUrl, migrationsFolder: folder, withCurrent: true, log: () => {} });
  expect(await ask(ownerUrl, "select * from all_rivers")).toEqual([]);
});

test("an error in an included file names that file and shows the line, and nothing of the migration stays", async () => {
  const view = VIEW.replace("public.flow()", "public.flood()");
  const folder = await dbFolder({ ...FILES, "fixtures/views/all_rivers.sql": view });
  const ownerUrl = await blankDatabase();
  const message = await migrate({
    ownerUrl,
    migrationsFolder: folder,
    withCurrent: true,
    log: () => {},
  }).catch((error: Error) => error.message);
  expect(message).toContain("fixtures/views/all_rivers.sql:2:21: function public.flood() does not exist");
  expect(message).toContain(">    2 | select rivers.name, public.flood()");
  expect(await ask(ownerUrl, "select to_regclass('rivers') as it")).toEqual([{ it: null }]);
});

test("an error that only shows when it runs names the file too", async () => {
  const folder = await dbFolder({ "current/1-check.sql": "do $$ begin raise exception 'dry'; end $$;\n" });
  const run = migrate({
    ownerUrl: await blankDatabase(),
    migrationsFolder: folder,
    withCurrent: true,
    log: () => {},
  });
  await expect(run).rejects.toThrow("current/1-check.sql: dry");
});

test("commit makes the next migration, which is pending until it ran, once, by one of two", async () => {
  const folder = await dbFolder(FILES);
  await commitMigration({ message: "Rivers flow", migrationsFolder: folder, log: () => {} });
  expect(await readdir(join(folder, "committed"))).toEqual(["000001-rivers-flow.sql"]);
  expect(await readFile(join(folder, "committed/000001-rivers-flow.sql"), "utf8")).toContain(
    "function public.flow()",
  );

  const ownerUrl = await blankDatabase();
  expect(await pendingMigrations(ownerUrl, folder)).toEqual(["000001-rivers-flow.sql"]);
  const lines: string[] = [];
  const options = { ownerUrl, migrationsFolder: folder, log: (line: string) => lines.push(line) };
  await Promise.all([migrate(options), migrate(options)]);
  expect(lines.filter((line) => line.includes("Running migration"))).toHaveLength(1);
  expect(await pendingMigrations(ownerUrl, folder)).toEqual([]);
});

test("a commit that fails leaves the current files as they were", async () => {
  const broken = {
    ...FILES,
    "fixtures/views/all_rivers.sql": "create view public.broken as select nothing;\n",
  };
  const folder = await dbFolder(broken);
  await expect(
    commitMigration({ message: "Broken", migrationsFolder: folder, log: () => {} }),
  ).rejects.toThrow("nothing");
  expect(await readFile(join(folder, "current/200-rest.sql"), "utf8")).toBe(INCLUDES);
  expect(await readdir(join(folder, "current"))).toEqual(["100-tables.sql", "200-rest.sql"]);
  expect(await readdir(join(folder, "committed"))).toEqual([]);
});

async function dbFolder(files: Record<string, string>): Promise<string> {
  const folder = join(await temporaryFolder(), "db");
  for (const name of ["committed", "current", "fixtures"])
    await mkdir(join(folder, name), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Bootstrapped like every other, but without our own migrations. Answers the owner's url. */
async function blankDatabase(): Promise<string> {
  const { superuserUrl, key } = inject("cluster");
  const database = `blank_${randomBytes(4).toString("hex")}`;
  onTestFinished(() =>
    withConnection(superuserUrl, async (root) => {
      await root.query(`drop database if exists ${database} with (force)`);
    }),
  );
  return (await bootstrap({ rootUrl: superuserUrl, database, passwords: rolePasswords(key) })).owner;
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  return withConnection(url, async (client) => (await client.query(sql)).rows);
}
