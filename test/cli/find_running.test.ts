import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { test as withDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

test.for(["quarantine list", "plan", "doctor"])(
  "%s in a folder where none ever ran makes no database",
  async (command) => {
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await catchment(command.split(" "), { CATCHMENT_DATA_DIR: folder });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain(`No Catchment runs in ${folder}. Start it with`);
    expect(await readdir(folder)).toEqual([]);
  },
);

withDatabase(
  "a password that is refused asks for the right key before it advises to set another",
  async ({ database }) => {
    const prepared = preparedEnv(database);
    const other = new URL(prepared.CATCHMENT_WORKER_URL ?? "");
    other.password = "of-another-key";
    const env = { ...prepared, CATCHMENT_WORKER_URL: other.href };
    const { code, stderr } = await catchment(["quarantine", "list"], env);
    expect(code).toBe(3);
    expect(stderr).toContain("Is CATCHMENT_KEY that of this installation?");
  },
);
