import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Manifest } from "../../src/cli/export/client.ts";
import { arrive } from "../support/arrive.ts";
import { connect } from "../support/connections.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

const ANA = "ana@acme-lead.example";
const NILS = "nils@globex-lead.example";

async function arriveAtBoth(database: TestDatabase): Promise<void> {
  const db = await connect(database.urls.superuser);
  if ((await oneValue<number>(db, "select count(*)::int as value from app_public.leads")) > 0) return;
  await arrive(database, { path: "web-form", attributes: { email: ANA, country: "DE" } });
  await arrive(database, { path: "globex-form", attributes: { email: NILS, country: "NL" } });
}

test("a leaving client gets everything that is its own and nothing of another client", async ({
  database,
}) => {
  await arriveAtBoth(database);
  const env = preparedEnv(database);
  for (const [root, own, foreign] of [
    ["global", ANA, NILS],
    ["globex", NILS, ANA],
  ] as const) {
    const folder = join(await temporaryFolder(), root);
    const ended = await catchment(["export", "--client", root, folder], env);
    expect(ended).toEqual({ code: 0, stdout: "", stderr: expect.stringContaining("manifest.json") });
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({ client: root, territories: expect.arrayContaining([root]) });
    const texts: string[] = [];
    for (const { file, rows, bytes, sha256 } of manifest.files) {
      const text = await readFile(join(folder, file), "utf8");
      texts.push(text);
      expect([file, text.split("\n").length - 1, Buffer.byteLength(text), digest(text)]).toEqual([
        file,
        rows,
        bytes,
        sha256,
      ]);
    }
    const everything = texts.join("");
    expect([root, everything.includes(own), everything.includes(foreign)]).toEqual([root, true, false]);
    const rawOfForeign = Buffer.from(foreign).toString("hex");
    expect([root, everything.includes(rawOfForeign)]).toEqual([root, false]);
    expect(everything).not.toMatch(/secret_hash|sealed/);
    expect(await readdir(folder)).toHaveLength(manifest.files.length + 1);
    expect((await stat(join(folder, "manifest.json"))).mode & 0o077).toBe(0);
  }
});

test("both exports together are all rows that belong to a client", async ({ database }) => {
  await arriveAtBoth(database);
  const env = preparedEnv(database);
  const db = await connect(database.urls.superuser);
  const counts = new Map<string, number>();
  for (const root of ["global", "globex"]) {
    const folder = join(await temporaryFolder(), root);
    await catchment(["export", "--client", root, folder], env);
    for (const { table, rows } of (await readManifest(folder)).files) {
      counts.set(table, (counts.get(table) ?? 0) + rows);
    }
  }
  for (const [table, exported] of counts) {
    if (table === "app_private.audit_entries") continue; // the exports themselves are written there
    if (table === "app_private.identity_models") continue; // the shipped one is nobody's
    const stored = await oneValue<number>(db, `select count(*)::int as value from ${table}`);
    expect([table, exported]).toEqual([table, stored]);
  }
});

test("a part of a client, nobody, and a folder that is not empty are refused", async ({ database }) => {
  const env = preparedEnv(database);
  const folder = await temporaryFolder();
  const leave = (root: string, place: string) => catchment(["export", "--client", root, place], env);
  expect(await leave("de", join(folder, "a"))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("root"),
  });
  expect((await leave("atlantis", join(folder, "b"))).code).toBe(1);
  await writeFile(join(folder, "other.txt"), "");
  expect((await leave("global", folder)).code).toBe(2);
  expect(await readdir(folder)).toEqual(["other.txt"]);
  expect((await catchment(["export", "--client", "global"], env)).code).toBe(2);
  expect((await catchment(["export", "leads"], env)).code).toBe(2);
});

test("a person's data in a file that only its owner reads, and in the audit", async ({ database }) => {
  await arriveAtBoth(database);
  const env = preparedEnv(database);
  const db = await connect(database.urls.superuser);
  const lead = await oneValue<string>(db, "select id as value from app_public.leads where email = $1", [ANA]);
  const file = join(await temporaryFolder(), "ana.json");
  expect((await catchment(["export", "--person", lead, "--output", file], env)).code).toBe(0);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ leadId: lead, leads: [{ email: ANA }] });
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(
    await allRows(db, "select entity_id from app_private.audit_entries where entity = 'person_exports'"),
  ).toEqual([{ entity_id: lead }]);
  for (const nobody of ["00000000-0000-7000-8000-000000000000", "nobody"]) {
    expect(await catchment(["export", "--person", nobody], env)).toMatchObject({ code: 1, stdout: "" });
  }
});

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
