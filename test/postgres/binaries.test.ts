import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findBinaries } from "../../src/postgres/binaries.ts";
import { temporaryFolder } from "../support/folder.ts";

test("the programs of a named folder are taken, whoever made them, when they are those of PostgreSQL 18", async () => {
  const packaged = await findBinaries(null, () => {}, null);
  const folder = join(await temporaryFolder(), "bin");
  await symlink(dirname(packaged.postgres), folder);
  expect(await findBinaries(null, () => {}, folder)).toEqual({
    initdb: join(folder, "initdb"),
    postgres: join(folder, "postgres"),
    major: "18",
  });
});

test("a folder without them, or with those of another major version, is refused by name", async () => {
  const folder = join(await temporaryFolder(), "bin");
  await mkdir(folder);
  const found = findBinaries(null, () => {}, folder);
  await expect(found).rejects.toThrow(/^CATCHMENT_POSTGRES_BIN .* PostgreSQL 18\. .*initdb.*ENOENT/);
  for (const name of ["initdb", "postgres"]) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) 15.18 (Debian 18.6-1)"\n`);
    await chmod(join(folder, name), 0o755);
  }
  const older = findBinaries(null, () => {}, folder);
  await expect(older).rejects.toThrow("initdb (PostgreSQL) 15.18");
});
