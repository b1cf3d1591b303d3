import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

const ACME = join(import.meta.dirname, "../../examples/acme");

test("a contract that is not applied yet shows what it would change, beside plan; and what is not there is said", async ({
  database,
}) => {
  const env = preparedEnv(database);
  await withConnection(database.urls.worker, (worker) =>
    receive(worker, [{ attributes: someone() }, { attributes: someone({ first_name: "Anastasia" }) }]),
  );
  const folder = await folderWhere(
    "first_name: { type: string, maxLength: 300 }",
    "first_name: { type: string, maxLength: 3 }",
  );
  const { code, stdout } = await catchment(["rehearse", "--path", "web-form", "--folder", folder], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^2 captures were rehearsed; nothing was changed\.$/m);
  expect(stdout).toMatch(/^ {2}newly quarantined +1$/m);
  expect(stdout).toMatch(/^ {2}format \/first_name +1$/m);

  const unchanged = await catchment(["rehearse", "--folder", ACME, "--json"], env);
  expect(JSON.parse(unchanged.stdout)).toMatchObject({
    captures: 2,
    newlyAccepted: 0,
    newlyQuarantined: 0,
    territories: [],
    owners: [],
  });
  expect(await catchment(["rehearse", "--revision", "99"], env)).toMatchObject({
    code: 1,
    stderr: "There is no revision 99.\n",
  });
  expect(await catchment(["rehearse", "--contract", "1"], env)).toMatchObject({ code: 2 });
  expect(await catchment(["rehearse", "--since", "long ago"], env)).toMatchObject({ code: 2 });
  expect(await catchment(["rehearse", "--captures", "first"], env)).toMatchObject({ code: 2 });
});

/** The sample organization with the first occurrence of a text replaced, in a folder of its own. */
async function folderWhere(text: string, instead: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(ACME, folder, { recursive: true });
  const file = join(folder, "capture_paths.yaml");
  const yaml = await readFile(file, "utf8");
  if (!yaml.includes(text)) throw new Error(`The sample organization does not say ${text}.`);
  await writeFile(file, yaml.replace(text, instead));
  return folder;
}
