import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, PROGRAM, plainEnvironment, preparedEnv } from "./program.ts";

test("hostile rows: each is stored, quarantined or given back, and the good ones become leads", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const large = "x".repeat(5 * 1024 * 1024);
  const rows = [
    "E-Mail,Vorname,Notiz",
    "good@example.de,=1+1,@SUM(A1)",
    `big@example.de,${large},`,
    "nul@example.de,N\0L,",
    "few@example.de",
    "many@example.de,a,b,c",
    '"open@example.de,never closed,',
    "empty@example.de,,,,,",
    'fine@example.de,"two\nlines",',
    'stray@example.de,5" pipe,a "quoted" word',
    `quoted@example.de,"${large}",`,
    "last@example.de,Z,",
  ];
  const file = await write(`${rows.join("\n")}\n`);
  const { code, stdout } = await catchment(["import", "csv", file, "--json"], env);
  expect(code).toBe(1); // two rows are larger than the path takes
  expect(JSON.parse(stdout)).toMatchObject({
    rows: 11,
    newCaptures: 9,
    failed: 2,
    leads: 5,
    quarantined: 4,
    pending: 0,
    errors: { rows: 6 },
  });
  const given = await readFile(`${file}.errors.csv`, "utf8");
  for (const number of [2, 3, 4, 5, 6, 10].map((position) => rows[position]))
    expect(given).toContain(`,${number}\r\n`);
  expect(given).toMatch(/^3,"extra: is larger than the 262,144 bytes that csv takes",big/m);
  expect(given).toMatch(/^4,"unreadable /m);

  const { rows: names } = await withConnection(database.urls.worker, (worker) =>
    worker.query(
      "select attributes from app_public.captures where attributes ->> 'email' = 'good@example.de'",
    ),
  );
  expect(names).toMatchObject([{ attributes: { first_name: "=1+1", message: "@SUM(A1)" } }]);
});

test("ten thousand columns, and columns with the names of JavaScript's own", async ({ database }) => {
  const env = preparedEnv(database);
  const columns = [
    "E-Mail",
    "__proto__",
    "constructor",
    ...Array.from({ length: 10_000 }, (_, at) => `c${at}`),
  ];
  const cells = columns.map((_, at) => (at === 0 ? "wide@example.de" : String(at)));
  const file = await write(`${columns.join("\t")}\n${cells.join("\t")}\n`);
  const { stdout } = await catchment(["import", "csv", file, "--json"], env);
  expect(JSON.parse(stdout)).toMatchObject({ rows: 1, newCaptures: 1, errors: { rows: 0 } });
  const { rows } = await withConnection(database.urls.worker, (worker) =>
    worker.query<{ body: string }>(
      "select convert_from(body, 'UTF8') as body from app_public.captures where body like '%wide@example.de%'",
    ),
  );
  const document = JSON.parse(rows[0]?.body ?? "");
  expect(Object.keys(document)).toHaveLength(columns.length);
  expect(Object.entries(document)).toContainEqual(["__proto__", "1"]);
});

test("what is no table is refused in words, before a row or where it begins", async ({ database }) => {
  const env = preparedEnv(database);
  const cases: [content: string | Buffer, code: number, said: RegExp][] = [
    ["", 1, /is empty: a header row comes first/],
    ["\n\n", 1, /is empty/],
    ['"E-Mail,Vorname\na,b\n', 1, /not closed in the header/],
    ["E-Mail,,x\n", 1, /column 2 of the header has no name/],
    [`E-Mail\n${"x".repeat(17 * 1024 * 1024)}`, 1, /row 2 does not end within 16 MB/],
    [Buffer.from("E-Mail\nx@example.de\n", "utf16le"), 2, /Try --encoding utf-16le/],
    [gzipSync("E-Mail\nx@example.de\n"), 2, /is compressed: unpack it first/],
    [Buffer.from("504b030414000600", "hex"), 2, /is a workbook or an archive .* save its sheet as CSV/],
    [Buffer.from("d0cf11e0a1b11ae10000", "hex"), 2, /is a workbook or an archive/],
    [Buffer.from([0x45, 0x2d, 0x4d, 0xff, 0xfe]), 2, /is not utf-8 text/],
  ];
  for (const [content, code, said] of cases) {
    const ended = await catchment(["import", "csv", await write(content)], env);
    expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(said) });
    expect(ended.stderr).not.toMatch(/\n {4}at /);
  }
});

test("killed in the middle it goes on where it was: right totals, no row twice", async ({ database }) => {
  const count = 40_000;
  const lines = Array.from({ length: count }, (_, n) => `p${n}@example.de,P${n},${"some words ".repeat(20)}`);
  const file = await write(`E-Mail,Vorname,Notiz\n${lines.join("\n")}\n`);
  const before = await captures(database);
  const words = ["import", "csv", file, "--stage-only", "--json"];

  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: "ignore",
    env: { ...plainEnvironment(), ...preparedEnv(database) },
  });
  const exited = once(child, "exit");
  await withConnection(database.urls.worker, async (worker) => {
    const enough = `select from app_public.captures offset ${before.count + 4_000} limit 1`;
    while ((await worker.query(enough)).rowCount === 0 && child.exitCode === null) await pause(20);
  });
  child.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
  expect((await captures(database)).count).toBeLessThan(before.count + count);

  const { code, stdout, stderr } = await catchment(words, preparedEnv(database));
  expect(code).toBe(0);
  expect(stderr).toContain("cut short before");
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ rows: count, newCaptures: count, alreadyKnown: 0, failed: 0 });
  expect(result.resumed).toBeGreaterThan(0);
  const after = await captures(database);
  expect(after).toEqual({ count: before.count + count, bodies: before.bodies + count });

  const again = await catchment(words, preparedEnv(database));
  expect(JSON.parse(again.stdout)).toMatchObject({ newCaptures: 0, alreadyKnown: count, resumed: 0 });
});

async function captures({ urls }: TestDatabase): Promise<{ count: number; bodies: number }> {
  return withConnection(urls.worker, async (worker) => {
    const { rows } = await worker.query<{ count: number; bodies: number }>(
      "select count(*)::int as count, count(distinct body)::int as bodies from app_public.captures",
    );
    return rows[0] ?? { count: 0, bodies: 0 };
  });
}

async function write(content: string | Buffer): Promise<string> {
  const file = join(await temporaryFolder(), "file.csv");
  await writeFile(file, content);
  return file;
}
