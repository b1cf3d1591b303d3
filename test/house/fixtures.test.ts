import { basename } from "node:path";
import { expect, test } from "vitest";
import { filesIn, read, readFiles } from "./files.ts";
import { sqlFunctions, withoutComments } from "./sql_functions.ts";

const functions = sqlFunctions();

test("all.sql includes every fixture, each once", () => {
  const included = [...read("db/fixtures/all.sql").matchAll(/^--!include (.+)$/gm)].map(
    ([, path]) => `db/fixtures/${path}`,
  );
  expect(included.sort()).toEqual(filesIn("db/fixtures").filter((path) => path !== "db/fixtures/all.sql"));
});

test("no function is missed by these rules", () => {
  const written = readFiles("db/fixtures", ".sql").flatMap(
    ({ text }) => text.match(/create (?:or replace )?function/g) ?? [],
  );
  expect(functions).toHaveLength(written.length);
});

test("every stage of design §4 has a function in a file of its name", () => {
  const stages = [
    "stage_captures",
    "process_captures",
    "locate_captures",
    "resolve_leads",
    "record_source_events",
    "score_leads",
    "decide_routes",
    "apply_routes",
    "start_clocks",
    "fire_thresholds",
  ];
  const present = functions.map(({ path, name }) => `${path} ${name}`);
  for (const stage of stages) {
    expect(present).toContain(`db/fixtures/functions/app_private/${stage}.sql app_private.${stage}`);
  }
});

test("a function stands in the folder of its schema, in a file of its name or beside the one that is", () => {
  const misplaced = functions.filter(({ path, name }) => {
    const [schema, own] = name.split(".");
    const file = basename(path, ".sql");
    const first = functions.find((other) => other.path === path)?.name.split(".")[1] ?? "";
    const holdsItsName = functions.some((other) => other.path === path && other.name === `${schema}.${file}`);
    return (
      !path.startsWith(`db/fixtures/functions/${schema}/`) ||
      !(own === file || holdsItsName || first.startsWith(file))
    );
  });
  expect(misplaced.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
});

/** What is one question to the database and would only be hidden by cutting it. */
const LONG: Record<string, string> = {
  "app_private.decide_routes": "One deal of cards over a batch: its steps are the names of the with-queries.",
};

test("a function has at most 60 lines of code", () => {
  const long = functions.filter(({ lines }) => lines > 60).map(({ name }) => name);
  expect(long).toEqual(Object.keys(LONG));
});

test("every function states its volatility", () => {
  const silent = functions.filter(
    ({ text }) => !/language (?:sql|plpgsql) (?:volatile|stable|immutable)\b/.test(text),
  );
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test("a function that takes the time as an argument has no other clock", () => {
  const timed = functions.filter(({ text }) => /\bas_of timestamptz/.test(text));
  expect(timed.length).toBeGreaterThan(10);
  const clocks = /\bnow\(\)|clock_timestamp|statement_timestamp|current_timestamp|current_date/;
  expect(timed.filter(({ text }) => clocks.test(text)).map(({ name }) => name)).toEqual([]);
});

test("keywords are in lower case", () => {
  const keywords =
    /\b(?:SELECT|FROM|WHERE|INSERT|INTO|UPDATE|DELETE|JOIN|CREATE|ALTER|DROP|TABLE|FUNCTION|RETURNS|BEGIN|END|AND|OR|NOT|NULL|GRANT|POLICY|TRIGGER|VIEW|LANGUAGE|DECLARE|IF|THEN)\b/g;
  const loud = [...readFiles("db/fixtures", ".sql"), ...readFiles("db/current", ".sql")].flatMap(
    ({ path, text }) =>
      [
        ...withoutComments(text)
          .replace(/'[^']*'/g, "''")
          .matchAll(keywords),
      ].map(([word]) => `${path}: ${word}`),
  );
  expect(loud).toEqual([]);
});

test("every function is named by a test of what it does, or its file has a test file of the same name", () => {
  // Rules and mutants name functions without asking what they do.
  const tests = readFiles("test", ".test.ts").filter(
    ({ path }) => !/^test\/(?:house\/|policies\/mutants)/.test(path),
  );
  const files = new Set(tests.map(({ path }) => basename(path, ".test.ts")));
  const words = new Set(tests.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  const untested = functions.filter(({ name, path }) => {
    const own = name.split(".")[1] ?? "";
    const document = own.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
    const field = document.charAt(0).toLowerCase() + document.slice(1);
    const names = [own, field, `${document}Document`];
    return !names.some((name) => words.has(name)) && !files.has(basename(path, ".sql"));
  });
  expect(untested.map(({ name }) => name)).toEqual([]);
});
