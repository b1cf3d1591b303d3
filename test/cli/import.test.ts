import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

const OLIST = fileURLToPath(
  new URL("../../../shared/data/olist/marketing_qualified_leads.csv", import.meta.url),
);

test("the real file of Olist, twice", async ({ database, skip }) => {
  skip(!existsSync(OLIST), "The data of Olist is not here (../shared/data/olist).");
  const env = preparedEnv(database);
  const first = await catchment(["import", "olist-mql", OLIST, "--json"], env);
  expect(first.code).toBe(0);
  const result = JSON.parse(first.stdout);
  expect(result).toMatchObject({
    rows: 8000,
    newCaptures: 8000,
    alreadyKnown: 0,
    leads: 8000,
    sourceEvents: 8000,
    pending: 0,
    quarantined: 0,
  });
  expect(Object.fromEntries(result.channels.map(channelAndCount))).toEqual({
    "organic search": 2296,
    "paid search": 1586,
    social: 1350,
    unknown: 1099,
    "direct traffic": 499,
    email: 493,
    referral: 284,
    other: 150,
    display: 118,
    "other publicities": 65,
    "(empty)": 60,
  });
  expect(await consequences(database.urls.worker)).toEqual({ clocks: 0, notifications: 0, exceptions: 0 });

  const second = await catchment(["import", "olist-mql", OLIST], env);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was added") });
  expect(second.stdout).toMatch(/^ {2}leads +8,000$/m);
});

test("spreadsheets: byte order mark, semicolons, quoted line ends; a row that does not fit is kept", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const file = await csv(
    "\uFEFFemail;first_name;message;utm_source\r\n" +
      'eva@example.fr;Eva;"two\r\nlines; one cell";fair\r\n' +
      "\r\n" +
      "too;few\r\n" +
      'jan@example.de;"Jan ""J""";short;\r\n',
  );
  const { code, stdout } = await catchment(["import", "web-form", file, "--json"], env);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rows: 3, newCaptures: 3, leads: 2, pending: 0, quarantined: 1 });
  const { rows } = await withConnection(database.urls.worker, (worker) =>
    worker.query(
      "select attributes ->> 'message' as message from app_public.captures where attributes ->> 'email' = 'eva@example.fr'",
    ),
  );
  expect(rows).toEqual([{ message: expect.stringMatching(/^two\s+lines; one cell$/) }]);

  const again = await catchment(["import", "web-form", file, "--json"], env);
  expect(JSON.parse(again.stdout)).toMatchObject({
    newCaptures: 0,
    alreadyKnown: 3,
    leads: 2,
    quarantined: 1,
  });
});

test("a changed row of a known id is one more touch, and only once", async ({ database }) => {
  const env = preparedEnv(database);
  const id = "0".repeat(32);
  const header = "mql_id,first_contact_date,landing_page_id,origin";
  const files = await Promise.all([
    csv(`${header}\n${id},2018-02-01,x,email\n`),
    csv(`${header}\n${id},2018-03-01,x,social\n`),
  ]);
  for (const file of [...files, ...files]) await catchment(["import", "olist-mql", file], env);
  const { rows } = await withConnection(database.urls.worker, (worker) =>
    worker.query(
      `select source_events.channel from app_public.source_events
         join app_public.captures on captures.id = source_events.capture_id
        where position($1 in convert_from(captures.body, 'UTF8')) > 0 order by 1`,
      [id],
    ),
  );
  expect(rows).toEqual([{ channel: "email" }, { channel: "social" }]);
});

test("what cannot be this file is refused before the first row", async ({ database }) => {
  const env = preparedEnv(database);
  const windows = await temporaryFile(Buffer.from("email,first_name\nx@example.de,J\xf6rg\n", "latin1"));
  const cases: [words: string[], code: number, said: RegExp][] = [
    [["nowhere", await csv("email\na@example.de\n")], 1, /There are desk, .*web-form/],
    [["web-form", await csv("colour,size\nred,5\n")], 1, /none of the columns that web-form maps/],
    [["web-form", await csv("email,email\n")], 1, /names "email" twice/],
    [["web-form", windows], 2, /Try --encoding windows-1252/],
    [["web-form", join(await temporaryFolder(), "none.csv")], 2, /cannot be read/],
  ];
  for (const [words, code, said] of cases) {
    expect(await catchment(["import", ...words], env)).toMatchObject({
      code,
      stdout: "",
      stderr: expect.stringMatching(said),
    });
  }
  const read = await catchment(["import", "web-form", windows, "--encoding", "windows-1252", "--json"], env);
  expect(JSON.parse(read.stdout)).toMatchObject({ rows: 1, newCaptures: 1 });
});

function channelAndCount(one: { channel: string | null; sourceEvents: number }): [string, number] {
  return [one.channel ?? "(empty)", one.sourceEvents];
}

async function consequences(workerUrl: string): Promise<unknown> {
  const { rows } = await withConnection(workerUrl, (worker) =>
    worker.query(
      `select (select count(*)::int from app_public.clocks) as clocks,
              (select count(*)::int from app_public.notifications) as notifications,
              (select count(*)::int from app_public.exceptions) as exceptions`,
    ),
  );
  return rows[0];
}

function csv(content: string): Promise<string> {
  return temporaryFile(Buffer.from(content));
}

async function temporaryFile(content: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), "file.csv");
  await writeFile(file, content);
  return file;
}
