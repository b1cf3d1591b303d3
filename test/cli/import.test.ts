import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

const OLIST = fileURLToPath(
  new URL("../../../shared/data/olist/marketing_qualified_leads.csv", import.meta.url),
);

const AWKWARD = fileURLToPath(new URL("../../../shared/payloads/csv/leads-awkward.csv", import.meta.url));

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
    [["nowhere", await csv("email\na@example.de\n")], 1, /There are .*desk, .*web-form/],
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

test("the awkward file of the samples", async ({ database, skip }) => {
  skip(!existsSync(AWKWARD), "The samples are not here (../shared/payloads).");
  const expected = JSON.parse(await readFile(AWKWARD.replace(".csv", ".expect.json"), "utf8"));
  const env = preparedEnv(database);
  const errors = join(await temporaryFolder(), "refused.csv");
  const { code, stdout } = await catchment(["import", "csv", AWKWARD, "--errors", errors, "--json"], env);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    rows: expected.rows,
    newCaptures: expected.rows,
    leads: expected.accepted,
    sourceEvents: expected.accepted + expected.duplicates,
    quarantined: expected.rejected,
    errors: { rows: expected.rejected, file: errors },
  });
  const refused = (await readFile(errors, "utf8")).split("\r\n");
  expect(refused[0]).toMatch(/^\uFEFFcatchment_row;catchment_reasons;"E-Mail";/);
  expect(refused[1]).toMatch(/^4;"[^"]*";"nicht-email";"Bob";"";"";"";"";""$/);

  const exported = await catchment(["export", "leads", "--as", "mona", "--filter", "source=csv"], env);
  const leads: Record<string, string>[] = parse(exported.stdout, { columns: true });
  expect(leads.map((lead) => [lead.email, lead.postal_code]).sort()).toEqual([
    ["ada@example.com", "01067"],
    ["zo\u00eb@xn--exmple-cua.de", "80331"],
  ]);
});

test("a dry run shows what would be, and stores nothing", async ({ database }) => {
  const env = preparedEnv(database);
  const before = await countCaptures(database.urls.worker);
  const file = await csv("E-Mail,Vorname,Farbe\nnew@example.de, Jo ,red\nnobody,X,blue\nold@example.de,Y,\n");
  const { code, stdout } = await catchment(["import", "csv", file, "--dry-run", "--preview", "2"], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/first_name +Vorname/);
  expect(stdout).toMatch(/postal_code +PLZ \(not in this file\)/);
  expect(stdout).toContain("kept, not mapped: Farbe");
  expect(stdout).toMatch(/^ {2}missing: must have a valid value in at least one of: email, phone: \d/m);
  expect(stdout).toMatch(/^ {2}2: \{.*"email":"new@example.de".*\}$/m);
  expect(stdout).toMatch(/^ {2}3: refused: /m);
  expect(stdout).not.toContain("old@example.de");
  expect(stdout).toMatch(/accepted +2\n +refused +1/);
  expect(stdout).toMatch(/email: 1 \(row 3\)/);
  expect(await countCaptures(database.urls.worker)).toBe(before);
  expect(existsSync(`${file}.errors.csv`)).toBe(false);
});

test("a file of errors, corrected, is imported; what was not touched stays where it is", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const file = await csv(
    'E-Mail;Vorname\nfine@example.de;A\nwrong;"B ""b"""\nalso wrong;C\ntoo;many;cells\n"open;D\n',
  );
  const first = await catchment(["import", "csv", file, "--json"], env);
  expect(JSON.parse(first.stdout)).toMatchObject({
    rows: 5,
    newCaptures: 5,
    errors: { rows: 4, file: `${file}.errors.csv` },
  });
  const refused = await readFile(`${file}.errors.csv`, "utf8");
  const lines = refused.trimEnd().split("\r\n");
  expect(lines.map((line) => line.replace(/"[^"]*";/, "…;"))).toEqual([
    "\uFEFFcatchment_row;catchment_reasons;E-Mail;Vorname",
    '3;…;wrong;"B ""b"""',
    "4;…;also wrong;C",
    "5;…;too;many;cells",
    '6;…;"open;D',
  ]);
  expect(lines[3]).toContain("has 3 cells where the header has 2");
  expect(lines[4]).toContain("a quote is not closed");

  const corrected = await csv(refused.replace(";wrong;", ";right@example.de;"));
  const second = await catchment(["import", "csv", corrected, "--json"], env);
  expect(JSON.parse(second.stdout)).toMatchObject({
    rows: 4,
    newCaptures: 1,
    alreadyKnown: 3,
    errors: { rows: 3 },
  });
  const third = await readFile(`${corrected}.errors.csv`, "utf8");
  expect(
    third
      .split("\r\n")
      .slice(1, -1)
      .map((line) => line.replace(/^\d+;"[^"]*";/, "")),
  ).toEqual(["also wrong;C", "too;many;cells", '"open;D']);
});

test("NDJSON: each line as it stands, numbers exact; broken lines are kept and given back", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const lines = [
    '{"E-Mail":"nd@example.de","id":90071992547409931}',
    "not json",
    '{"Vorname":"nobody"}',
    "",
    "[1]",
  ];
  const file = join(await temporaryFolder(), "leads.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  const first = await catchment(["import", "csv", file, "--json"], env);
  expect(JSON.parse(first.stdout)).toMatchObject({ rows: 4, newCaptures: 4, errors: { rows: 3 } });
  const bodies = await withConnection(database.urls.worker, (worker) =>
    worker.query<{ body: string }>(
      "select convert_from(body, 'UTF8') as body from app_public.captures order by id desc limit 4",
    ),
  );
  expect(bodies.rows.map(({ body }) => body).reverse()).toEqual(lines.filter((line) => line !== ""));
  const errors = `${file}.errors.ndjson`;
  const given = (await readFile(errors, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(given).toEqual([
    {
      catchment_row: 2,
      catchment_reasons: expect.stringContaining("unreadable"),
      catchment_line: "not json",
    },
    { catchment_row: 3, catchment_reasons: expect.any(String), Vorname: "nobody" },
    { catchment_row: 5, catchment_reasons: expect.any(String), catchment_line: "[1]" },
  ]);
  const again = await catchment(["import", "csv", errors, "--json"], env);
  expect(JSON.parse(again.stdout)).toMatchObject({ rows: 3, newCaptures: 0, alreadyKnown: 3 });
});

test("standard input, UTF-16 by its mark, tabs; the worker may have the rest", async ({ database }) => {
  const env = preparedEnv(database);
  const text = "E-Mail\tVorname\nutf16@example.de\tZo\u00eb\n";
  const file = await temporaryFile(Buffer.from(`\uFEFF${text}`, "utf16le"));
  const wide = await catchment(["import", "csv", file, "--json"], env);
  expect(JSON.parse(wide.stdout)).toMatchObject({ rows: 1, newCaptures: 1, pending: 0 });
  const piped = await catchment(["import", "csv", "-", "--json"], env, text);
  expect(JSON.parse(piped.stdout)).toMatchObject({ rows: 1, newCaptures: 0, alreadyKnown: 1 });
  const other = text.replace("utf16", "later");
  const staged = await catchment(["import", "csv", "-", "--stage-only", "--json"], env, other);
  expect(staged.code).toBe(0);
  expect(JSON.parse(staged.stdout)).toMatchObject({ rows: 1, newCaptures: 1, pending: 1 });
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

async function countCaptures(workerUrl: string): Promise<number> {
  const { rows } = await withConnection(workerUrl, (worker) =>
    worker.query<{ count: number }>("select count(*)::int as count from app_public.captures"),
  );
  return rows[0]?.count ?? -1;
}

function csv(content: string): Promise<string> {
  return temporaryFile(Buffer.from(content));
}

async function temporaryFile(content: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), "file.csv");
  await writeFile(file, content);
  return file;
}
