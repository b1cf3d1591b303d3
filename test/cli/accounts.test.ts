import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a list of companies comes in, row by row named where it cannot, and decides the next lead", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const file = join(await temporaryFolder(), "companies.csv");
  const lines = [
    "territory;domain;name;owner;status",
    "de;https://www.Beispiel.de/kontakt;Beispiel GmbH;dieter;",
    "de;gmail.com;;dieter;",
    "atlantis;acme.de;;;",
    "fr;exemple.fr;;;on_hold",
  ];
  await writeFile(file, lines.join("\n"));
  const first = await catchment(["accounts", "import", file], env);
  expect(first.code).toBe(1);
  expect(first.stdout).toBe("2 of 4 rows taken.\n");
  expect(first.stderr).toContain(`3: "gmail.com" is no domain of a company`);
  expect(first.stderr).toContain('4: there is no territory "atlantis"');

  const email = "ana@beispiel.de";
  await arrive(database, { attributes: { email, country: "DE", company_domain: "beispiel.de" } });
  const owner = await withConnection(database.urls.superuser, (root) =>
    oneValue(
      root,
      "select slug as value from app_public.leads join app_public.actors on actors.id = leads.owner_id where leads.email = $1",
      [email],
    ),
  );
  expect(owner).toBe("dieter");

  const again = await catchment(["accounts", "import", file, "--json"], env);
  expect(JSON.parse(again.stdout)).toMatchObject({ rows: 4, faults: [{ row: 3 }, { row: 4 }] });
});

test("NDJSON too, from standard input; what is no text is named", async ({ database }) => {
  const env = preparedEnv(database);
  const input = '{"territory":"uk","domain":"acme.co.uk"}\n{"territory":"uk","domain":7}\nno json\n';
  const file = join(await temporaryFolder(), "companies.ndjson");
  await writeFile(file, input);
  const { code, stdout, stderr } = await catchment(["accounts", "import", file], env);
  expect([code, stdout]).toEqual([1, "1 of 3 rows taken.\n"]);
  expect(stderr.match(/is no object of texts/g)).toHaveLength(2);
});

test("a file without its columns, or with others, is refused before a row is read", async ({ database }) => {
  const env = preparedEnv(database);
  const file = join(await temporaryFolder(), "companies.csv");
  for (const [header, because] of [
    ["domain,name", "no column territory"],
    ["territory,domain,onwer", "onwer is not known"],
  ] as const) {
    await writeFile(file, `${header}\nde,acme.de,x\n`);
    const refused = await catchment(["accounts", "import", file], env);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(because) });
  }
});
