import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { catchment } from "./program.ts";

test("a database that is not there is made and migrated; a second time there is nothing to do", async () => {
  const { superuserUrl, key } = inject("cluster");
  const name = `test_cli_${process.pid}_${randomBytes(4).toString("hex")}`;
  onTestFinished(() =>
    withConnection(superuserUrl, async (root) => {
      await root.query(`drop database if exists ${name} with (force)`);
    }),
  );
  const env = { DATABASE_URL: databaseUrl(superuserUrl, name), CATCHMENT_KEY: key };

  expect(await catchment(["migrate", "--check"], env)).toMatchObject({ code: 1 });
  const first = await catchment(["migrate"], env);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}000001.*\.sql$/m) });
  expect(await catchment(["migrate", "--check"], env)).toMatchObject({
    code: 0,
    stdout: "No migration is pending.\n",
  });
  expect(await catchment(["migrate", "--json"], env)).toMatchObject({
    code: 0,
    stdout: '{\n  "ran": []\n}\n',
  });
});

test("to look in a folder where no database is makes none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "catchment-check-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await catchment(["migrate", "--check"], { CATCHMENT_DATA_DIR: folder })).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("\n  roles and database, and every migration\n"),
  });
  expect((await readdir(folder)).filter((name) => name !== "key")).toEqual([]);
});
