import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

test("the same folder changes nothing, another one is the next revision", async ({ database }) => {
  const env = preparedEnv(database);
  const same = await catchment(["apply"], env);
  expect(same).toMatchObject({ code: 0, stdout: "Nothing changed: revision 1 says the same.\n" });

  const folder = await copyOfAcme();
  await replace(folder, "actors.yaml", "Dora Lindner", "Dora Vogel");
  const { code, stdout } = await catchment(["apply", folder, "--json"], env);
  const fields = [{ field: "name", how: "changed" }]; // personal: neither the old nor the new one
  expect({ code, result: JSON.parse(stdout) }).toEqual({
    code: 0,
    result: {
      revision: 2,
      changed: true,
      warnings: [],
      changes: [{ part: "actors", action: "change", name: "dora", fields }],
    },
  });
  const { rows } = await withConnection(database.urls.worker, (worker) =>
    worker.query("select name from app_public.actors where slug = 'dora'"),
  );
  expect(rows).toEqual([{ name: "Dora Vogel" }]);
});

test("a folder with mistakes is refused with file and line, and nothing is applied", async ({ database }) => {
  const folder = await copyOfAcme();
  await replace(folder, "actors.yaml", "manager: mona", "manager: nobody");
  const { code, stdout, stderr } = await catchment(["apply", folder], preparedEnv(database));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/actors\.yaml:\d+: .*nobody/);
});

async function copyOfAcme(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(new URL("../../examples/acme", import.meta.url), folder, { recursive: true });
  return folder;
}

async function replace(folder: string, file: string, from: string, to: string): Promise<void> {
  const path = join(folder, file);
  await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
}
