import { expect } from "vitest";
import { clientTables, LEFT_OUT } from "../../src/cli/export/client_tables.ts";
import { actAsWorker } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";

test("of every table it is said which rows a leaving client gets, or why none", async ({ db }) => {
  await actAsWorker(db);
  const tables = await clientTables(db);
  expect(tables.length).toBeGreaterThan(30);
  for (const { name, condition } of tables) {
    const where = condition.replaceAll("$ids", "'{1}'::int[]");
    await expect(db.query(`select from ${name} where ${where}`), name).resolves.toBeDefined();
  }
});

test("what is left out is there, so the list names nothing that is gone", async ({ db }) => {
  for (const name of Object.keys(LEFT_OUT)) {
    await expect(db.query(`select from ${name} limit 1`), name).resolves.toBeDefined();
  }
});

test("a new table of which nothing is said stops the export", async ({ db }) => {
  await db.query("create table app_public.forgotten (id int primary key)");
  await expect(clientTables(db)).rejects.toThrow("app_public.forgotten");
});
