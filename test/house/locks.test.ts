import { expect, test } from "vitest";
import { readFiles } from "./files.ts";
import { sqlFunctions, withoutComments } from "./sql_functions.ts";

/**
 * Any login may take an advisory lock whose key it knows, and `pg_locks` shows the keys. These wait for one all the same: commands
 * of an operator, which a stranger can delay and not break.
 */
const COMMANDS = [
  "src/cli/import/checkpoint.ts",
  "src/postgres/bootstrap.ts",
  "src/postgres/migrate.ts",
  "src/setup/bi_login.ts",
];

test("no arrival, clock or message waits for a lock that a stranger may hold (take_turn)", () => {
  const functions = sqlFunctions().filter(({ text }) => withoutComments(text).includes("advisory"));
  expect(functions.map(({ name }) => name)).toEqual([]);
  const modules = readFiles("src", ".ts").filter(({ text }) => /pg_(?:try_)?advisory/.test(text));
  expect(modules.map(({ path }) => path)).toEqual(COMMANDS);
});
