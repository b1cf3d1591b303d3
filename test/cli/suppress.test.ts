import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("keys come as people write them, are kept as hashes, stop whom they concern and let go again", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const attributes = { email: "ana@firm.example", phone: "+493012345678", country: "DE" };
  await arrive(database, { path: "web-form", attributes });
  const db = await connect(database.urls.superuser);
  const isHeld = () => oneValue(db, "select held_at is not null as value from app_public.leads");

  const words = ["suppress", "add", "de", "--reason", "complained"];
  const added = await catchment(
    [...words, "--json"],
    env,
    "  ANA@Firm.Example \n030 12345678\nhttps://www.firm.example/\n",
  );
  expect([added.code, JSON.parse(added.stdout)]).toEqual([0, { added: 3, known: 0, refused: [] }]);
  expect(await isHeld()).toBe(true);
  const again = await catchment([...words, "ana@firm.example"], env);
  expect(again.stdout).toContain("0 were put on the list, 1 stood there");

  const listed = await catchment(["suppress", "list", "global", "ana@firm.example"], env);
  expect(listed.stdout).toMatch(/email\s+[0-9a-f]{8}\s+complained\s+\S+\s+for good/);
  expect((await catchment(["suppress", "list", "globex", "--json"], env)).stdout).toBe("[]\n");
  const rows = JSON.stringify(await allRows(db, "select * from app_private.suppressions"));
  expect(rows).not.toMatch(/ana@|firm\.example|30123/);

  for (const [key, held] of [
    ["firm.example", true],
    ["+493012345678", true],
    ["ana@firm.example", false],
  ] as const) {
    expect((await catchment(["suppress", "remove", "de", key], env)).stdout).toContain("1 were taken off");
    expect([key, await isHeld()]).toEqual([key, held]);
  }
});

test("of a file every line that is a key is taken, and what is none is named by its line alone", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const file = join(await temporaryFolder(), "bounced.csv");
  await writeFile(file, '\uFEFF"first@x.example",2026\nno key at all\ngmail.com\n\nlast@x.example;x\n');
  const ended = await catchment(["suppress", "import", "globex", file, "--reason", "bounced", "--json"], env);
  expect(JSON.parse(ended.stdout)).toEqual({ added: 2, known: 0, refused: [2, 3] });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("line 2, 3");
  expect(ended.stderr).not.toContain("no key at all");
});

test("what cannot be meant is refused and changes nothing", async ({ database }) => {
  const env = preparedEnv(database);
  const add = (...words: string[]) => catchment(["suppress", "add", ...words], env);
  expect((await add("de", "a@b.example")).code).toBe(2);
  expect((await add("de", "a@b.example", "--reason", "because")).code).toBe(2);
  expect((await add("de", "a@b.example", "--reason", "legal", "--until", "2020-01-01")).code).toBe(2);
  expect((await add("de", "a@b.example", "--reason", "legal", "--until", "soon")).code).toBe(2);
  expect((await add("atlantis", "a@b.example", "--reason", "legal")).code).toBe(1);
  expect(
    (await catchment(["suppress", "import", "de", "/no/such/file", "--reason", "legal"], env)).code,
  ).toBe(2);
});
