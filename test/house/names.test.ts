import { GraphQLError } from "graphql";
import { expect } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { makeMaskError } from "../../src/api/mask_error.ts";
import { test } from "../support/rolled_back.ts";
import { filesIn, read, readFiles } from "./files.ts";
import { sqlFunctions } from "./sql_functions.ts";
import { OURS, objects } from "./wall_rules.ts";

test("tables are plural and everything is named in small letters", async ({ db }) => {
  const tables = await objects(
    db,
    `select relname from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ${OURS}`,
  );
  expect(tables.filter((name) => !/^[a-z]+(?:_[a-z]+)*s$/.test(name))).toEqual([]);
});

test("what ends in _at is an instant, and every instant ends so, or in _since for what lasts", async ({
  db,
}) => {
  const odd = await objects(
    db,
    `select attrelid::regclass || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ${OURS} and attnum > 0
        and (attname ~ '_(at|since)$') <> (atttypid = 'timestamptz'::regtype)`,
  );
  expect(odd).toEqual([]);
});

test("a key column says of what: it ends in _id, and a flag begins with a verb", async ({ db }) => {
  const odd = await objects(
    db,
    `select attrelid::regclass || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ${OURS} and attnum > 0
        and atttypid = 'boolean'::regtype and attname !~ '^(is|requires|takes|handles|has|may|holds)_'`,
  );
  expect(odd).toEqual([]);
});

const raised = readFiles("db/fixtures", ".sql").flatMap(({ path, text }) =>
  [...text.matchAll(/errcode = '(\w+)'/g)].map((match) => ({ path, code: match[1] ?? "" })),
);

test("every error code has five letters and stands in db/README.md, and no other does", () => {
  const codes = [...new Set(raised.map(({ code }) => code))].sort();
  expect(codes.length).toBeGreaterThan(4);
  expect(codes.filter((code) => !/^[A-Z]{5}$/.test(code))).toEqual([]);
  const listed = [...read("db/README.md").matchAll(/^\| `([A-Z]{5})` \|/gm)].map(([, code]) => code);
  expect(listed.sort()).toEqual(codes);
});

test("every error without a code is one that nobody may see: there is none", () => {
  const uncoded = sqlFunctions().filter(({ text }) =>
    (text.match(/raise exception[^;]*;/g) ?? []).some((statement) => !statement.includes("errcode")),
  );
  expect(uncoded.map(({ name }) => name)).toEqual([]);
});

test("the API knows every code that a mutation or its gates raise", () => {
  const maskError = makeMaskError(() => {});
  const codes = raised.filter(({ path }) => /app_public|app_hidden/.test(path)).map(({ code }) => code);
  const unknown = [...new Set(codes)].filter((code) => {
    const originalError = Object.assign(new Error("as SQL says it"), { code });
    return maskError(new GraphQLError("", { originalError })).extensions.code === "INTERNAL";
  });
  expect(unknown).toEqual([]);
});

const Shipped = z.array(z.object({ kind: z.string(), runbook: z.string() }));
const shipped = Shipped.parse(parse(read("src/setup/shipped/exception_policies.yaml")));

test("every kind of exception that is opened is shipped, and every shipped one can be opened", () => {
  const sources = [...readFiles("db/fixtures/functions", ".sql"), ...readFiles("src", ".ts")];
  const opened = sources.flatMap(({ text }) => [
    ...[...text.matchAll(/row\('(\w+)', [^;]*?::app_private\.exception_case/g)].map((match) => match[1]),
    ...[...text.matchAll(/(?:\bkind: "|'id', [^;]*?'kind', '|refusals\.kind, ')(\w+)["']/g)].map(
      (match) => match[1],
    ),
  ]);
  const kinds = shipped.map(({ kind }) => kind);
  expect(kinds.filter((kind) => !opened.includes(kind))).toEqual([]);
  const sql = sources.filter(({ path }) => path.endsWith(".sql"));
  const unknown = sql.flatMap(({ path, text }) =>
    [...text.matchAll(/row\('(\w+)', (?:(?!row\()[^;])*?::app_private\.exception_case/g)]
      .filter((match) => !kinds.includes(match[1] ?? ""))
      .map((match) => `${path}: ${match[1]}`),
  );
  expect(unknown).toEqual([]);
});

test("every kind of exception has its runbook, and every runbook a kind", () => {
  expect(shipped.map(({ runbook }) => runbook).sort()).toEqual(filesIn("docs/runbooks"));
  for (const { kind, runbook } of shipped) {
    expect(runbook).toBe(`docs/runbooks/${kind}.md`);
    expect(read(runbook)).toContain(`# ${kind}`);
  }
});

test("every variable of the environment is explained in .env.example", () => {
  const config = read("src/config.ts") + read("src/config_api.ts");
  const names = [
    ...config.matchAll(
      /^ {2}([A-Z][A-Z_]+): (?:z\.|z$|PostgresUrl|LogLevel|EnvironmentName|OidcIssuer|OidcAlgorithms)/gm,
    ),
  ].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(8);
  const explained = [...read(".env.example").matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
  expect(names.filter((name) => !explained.includes(name))).toEqual([]);
  const unknown = explained.filter(
    (name) =>
      name !== undefined &&
      !config.includes(name) &&
      !name.startsWith("CATCHMENT_SECRET_") &&
      name !== "POSTGRES_PASSWORD",
  );
  expect(unknown).toEqual([]);
});
