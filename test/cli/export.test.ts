import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, inject } from "vitest";
import { readList } from "../../src/cli/export/read_list.ts";
import { csvFormat, ndjsonFormat } from "../../src/cli/export/row_format.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { BI_PASSWORD } from "../support/acme.ts";
import { arrive } from "../support/arrive.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

const FORMULA = '=HYPERLINK("http://evil.example")';

async function arriveEverywhere(database: TestDatabase): Promise<void> {
  const phones = { DE: "+493012345678", FR: "+33140000001" };
  for (const [country, phone] of Object.entries(phones)) {
    const attributes = {
      first_name: FORMULA,
      email: `x@${country.toLowerCase()}.example`,
      phone,
      country,
    };
    await arrive(database, { path: "web-form", attributes });
  }
}

test("each reads their own territories and nothing else", async ({ database }) => {
  await arriveEverywhere(database);
  const env = preparedEnv(database);
  const emails = async (actor: string) => {
    const { code, stdout } = await catchment(["export", "leads", "--as", actor], env);
    expect(code).toBe(0);
    return readCsv(stdout).map(({ email }) => email);
  };
  expect(await emails("dora")).toEqual(["x@de.example"]);
  expect(await emails("felix")).toEqual(["x@fr.example"]);
  expect((await emails("mona")).sort()).toEqual(["x@de.example", "x@fr.example"]);
  expect(await emails("nina")).toEqual([]);
});

test("a formula is defused, a number with a sign stays one, and --raw leaves both", async ({ database }) => {
  const env = preparedEnv(database);
  const words = ["export", "leads", "--as", "dora", "--filter", "email=x@de.example"];
  const safe = await catchment(words, env);
  expect(readCsv(safe.stdout)[0]).toMatchObject({ first_name: `'${FORMULA}`, phone: "+493012345678" });
  expect(safe.stdout).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
  expect(safe.stderr).toMatch(/1 rows of leads, as dora/);
  const raw = await catchment([...words, "--raw"], env);
  expect(readCsv(raw.stdout)[0]).toMatchObject({ first_name: FORMULA });
});

test("NDJSON is what the database holds, in a file that only its owner reads", async ({ database }) => {
  const env = preparedEnv(database);
  const file = join(await temporaryFolder(), "leads.ndjson");
  const ended = await catchment(
    ["export", "leads", "--as", "dora", "--format", "ndjson", "--output", file],
    env,
  );
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  const { rows } = await withConnection(database.urls.superuser, async (root) => {
    await root.query("set time zone 'UTC'");
    return root.query<{ line: string }>(
      `select row_to_json(leads)::text as line from app_public.leads
        where territory_id = (select id from app_public.territories where slug = 'de') order by id`,
    );
  });
  expect(lines).toEqual(rows.map(({ line }) => line));
});

test("only columns that a user may read: what an arrival said is not among them", async ({ database }) => {
  const env = preparedEnv(database);
  const { stdout } = await catchment(["export", "captures", "--as", "dora"], env);
  const [first] = readCsv(stdout);
  expect(Object.keys(first ?? {})).toEqual(expect.arrayContaining(["id", "status", "trace_id"]));
  expect(Object.keys(first ?? {})).not.toEqual(expect.arrayContaining(["body"]));
  expect(Object.keys(first ?? {})).not.toEqual(expect.arrayContaining(["attributes"]));
  for (const column of ["body", "attributes", "violations"]) {
    const refused = await catchment(["export", "captures", "--as", "dora", "--filter", `${column}=x`], env);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`There is no column ${column}.`),
    });
  }
});

test("filters: by value, by slug, by absence, and never by more than a value", async ({ database }) => {
  const env = preparedEnv(database);
  const count = async (...filters: string[]) => {
    const words = filters.flatMap((filter) => ["--filter", filter]);
    const { stdout } = await catchment(["export", "leads", "--as", "mona", ...words], env);
    return readCsv(stdout).length;
  };
  expect(await count("territory=de")).toBe(1);
  expect(await count("territory!=de")).toBe(1);
  expect(await count("country=FR", "email!=")).toBe(1);
  expect(await count("email=")).toBe(0);
  expect(await count("first_seen_at>=2100-01-01")).toBe(0);
  expect(await count("email=' or true --")).toBe(0);
});

test("who and what must be said", async ({ database }) => {
  const env = preparedEnv(database);
  const cases: [words: string[], code: number, said: RegExp][] = [
    [["leads"], 2, /--as/],
    [["leads", "--as", "nobody"], 1, /nobody here/],
    [["audit_entries", "--as", "ada"], 2, /is no list/],
    [["leads", "--as", "bi_de"], 1, /views of bi/],
    [["bi.lead_queue", "--as", "dora"], 1, /by a BI login/],
    [["leads", "--as", "dora", "--filter", "first_seen_at=tomorrow or so"], 2, /none that its column/],
    [
      ["leads", "--as", "dora", "--filter", "status=nonsense"],
      2,
      /never nonsense. It is one of new, attempting_to_contact, /,
    ],
    [["captures", "--as", "dora", "--filter", "status!=done"], 2, /never done. It is one of pending, /],
    [["leads", "--as", "dora", "--filter", "territory=fr"], 2, /no territory fr that this actor may see/],
    [
      ["leads", "--as", "dora", "--filter", "territory=atlantis"],
      2,
      /no territory atlantis that this actor may see/,
    ],
    [["leads", "--as", "dora", "--output", "/nowhere/leads.csv"], 2, /cannot be written/],
  ];
  for (const [words, code, said] of cases) {
    expect(await catchment(["export", ...words], env)).toMatchObject({
      code,
      stdout: "",
      stderr: expect.stringMatching(said),
    });
  }
});

test("a BI login reads the views of bi within its walls", async ({ database }) => {
  const { key } = inject("cluster");
  expect(key).not.toBe("");
  const reader = { url: roleUrl(database.urls.worker, "bi_de", BI_PASSWORD), actor: null };
  let text = "";
  const write = async (piece: string) => {
    text += piece;
  };
  const request = { schema: "bi" as const, table: "lead_queue", filters: [] };
  expect(await readList(reader, request, csvFormat({ isRaw: false }), write)).toBe(1);
  expect(readCsv(text).map(({ territory }) => territory)).toEqual(["de"]);
  const secret = { ...request, table: "nothing_of_the_kind" };
  await expect(readList(reader, secret, ndjsonFormat, write)).rejects.toThrow(/There is no list/);
});

function readCsv(text: string): Record<string, string>[] {
  return parse(text, { columns: true });
}
