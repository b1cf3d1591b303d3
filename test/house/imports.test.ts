import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { read, readFiles } from "./files.ts";
import { codeOf, importsOf } from "./source_text.ts";

/** What each room may touch beside itself (design §3). A room that is missing here may touch all: it puts parts together. */
const ROOMS: Record<string, string[]> = {
  api: ["normalize", "postgres"],
  audit: ["postgres"],
  calendars: [],
  capture: ["contracts", "http", "postgres", "telemetry"],
  console: [],
  contracts: [],
  delivery: ["telemetry"],
  erasure: ["postgres"],
  http: [],
  identity: ["normalize"],
  normalize: ["contracts"],
  notify: ["http", "telemetry"],
  pipeline: ["capture", "contracts", "normalize", "postgres"],
  postgres: ["config.ts"],
  setup: ["calendars", "capture", "contracts", "normalize", "postgres"],
  tasks: ["audit", "calendars", "capture", "delivery", "erasure", "notify", "pipeline"],
  telemetry: [],
};

/** Packages that a room must not know. */
const FORBIDDEN: Record<string, RegExp> = {
  calendars: /^(?:pg|graphile-worker|express|postgraphile)(?:\/|$)|^node:/,
  capture: /^(?:graphile-worker|postgraphile|graphql)/,
  contracts: /^(?:pg|graphile-worker|express|postgraphile)(?:\/|$)|^node:(?!crypto$|url$|util$)/,
  delivery: /^(?:pg|graphile-worker)(?:\/|$)/,
  http: /^(?:pg|graphile-worker|express|postgraphile)(?:\/|$)|^node:/,
  identity: /^(?:graphile-worker|express|postgraphile)(?:\/|$)|^node:/,
  normalize: /^(?:pg|graphile-worker|express|postgraphile)(?:\/|$)|^node:(?!crypto$|url$|util$)/,
  notify: /^(?:pg|graphile-worker)(?:\/|$)/,
  tasks: /^(?:pg|express|postgraphile)(?:\/|$)|^node:/,
};

const modules = readFiles("src", ".ts");

test("a room touches only what it may", () => {
  expect(modules.length).toBeGreaterThan(100);
  const trespasses = modules.flatMap(({ path, text }) => {
    const room = path.split("/")[1] ?? "";
    const mayTouch = ROOMS[room];
    return importsOf(text).flatMap((specifier) => {
      const isOurs = specifier.startsWith(".");
      const target = isOurs ? (join(dirname(path), specifier).split("/")[1] ?? "") : "";
      const isRefused = isOurs
        ? mayTouch !== undefined && target !== room && !mayTouch.includes(target)
        : FORBIDDEN[room]?.test(specifier);
      return isRefused ? [`${path}: ${specifier}`] : [];
    });
  });
  expect(trespasses).toEqual([]);
});

test("a task calls SQL, or one room that brings something elsewhere", () => {
  const tasks = modules.filter(({ path }) => path.startsWith("src/tasks/"));
  const rooms = tasks.map(({ path, text }) => ({
    path,
    rooms: new Set(
      importsOf(text)
        .filter((name) => name.startsWith("../"))
        .map((name) => name.split("/")[1]),
    ),
  }));
  expect(rooms.filter((task) => task.rooms.size > 1)).toEqual([]);
});

test("only commands and benchmarks train: what decides about arrivals reads a model, and makes none", () => {
  const trainers = modules.filter(
    ({ path, text }) =>
      !path.startsWith("src/identity/") &&
      importsOf(text).some(
        (name) => name.startsWith(".") && join(dirname(path), name).startsWith("src/identity/"),
      ),
  );
  expect(trainers.filter(({ path }) => !/^src\/(?:cli|bench)\//.test(path))).toEqual([]);
});

test("the API names nothing of app_private, and of app_hidden only who a token speaks for and what they follow", () => {
  const api = modules.filter(({ path }) => path.startsWith("src/api/"));
  const named = api.flatMap(({ text }) => text.match(/\bapp_(?:private|hidden)\.\w+/g) ?? []);
  expect([...new Set(named)].sort()).toEqual([
    "app_hidden.actor_id_of",
    "app_hidden.actor_id_of_sign_in",
    "app_hidden.follow_territories",
    "app_hidden.territories_followed",
  ]);
});

test("only capture's own function, the doors' list and readings are asked of app_private outside the worker", () => {
  const named = modules
    .filter(({ path }) =>
      /^src\/(?:capture|server|delivery|notify|normalize|contracts|telemetry)\//.test(path),
    )
    .flatMap(({ text }) => text.match(/\bapp_private\.\w+/g) ?? []);
  expect([...new Set(named)].sort()).toEqual([
    "app_private.capture_doors",
    "app_private.key_surface",
    "app_private.lease_tokens",
    "app_private.overview",
    "app_private.sealed_secrets",
    "app_private.stage_captures",
    "app_private.use_api_key",
  ]);
});

test("only src/config.ts reads the environment", () => {
  const readers = modules.filter(({ text }) => codeOf(text).includes("process.env")).map(({ path }) => path);
  expect(readers).toEqual(["src/config.ts"]);
});

test("imports of our own files end in .ts, and no file is a drawer", () => {
  const all = [...modules, ...readFiles("test", ".ts"), ...readFiles("scripts", ".ts")];
  const wrong = all.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((name) => name.startsWith(".") && !name.endsWith(".ts"))
      .map((name) => `${path}: ${name}`),
  );
  expect(wrong).toEqual([]);
  const drawers = all.filter(({ path }) =>
    /^(?:utils?|helpers?|types|index|common|misc)$/.test(basename(path, ".ts")),
  );
  expect(drawers.map(({ path }) => path)).toEqual([]);
});

test("no module asserts a type, forbids null by a mark, or says any", () => {
  const findings = modules.flatMap(({ path, text }) => {
    const code = codeOf(text).replace(/^(?:import|export)\b[^;]*?\bfrom ""/gm, "");
    const found = code.match(/\bas (?!const\b)[\w{[(].*|[\w)\]]!(?![=\w]).*|(?<!\.)\bany\b.*|@ts-\w+/g) ?? [];
    return found.map((line) => `${path}: ${line}`);
  });
  expect(findings).toEqual([]);
});

test("an assertion, a mark and any would be found, words in text are not", () => {
  const forbidden = /\bas (?!const\b)[\w{[(]|[\w)\]]!(?![=\w])|(?<!\.)\bany\b/;
  for (const bad of ["f(x as Foo)", "x!.y", "let a: any;", "rows[0]!;"])
    expect(codeOf(bad)).toMatch(forbidden);
  for (const good of [
    '"as Foo" // as any',
    "[1] as const",
    "a !== b",
    "`select 1 as any`",
    "Promise.any(x)",
  ]) {
    expect(codeOf(good)).not.toMatch(forbidden);
  }
});

test("a module has at most 200 lines", () => {
  const long = modules.filter(({ text }) => text.split("\n").length > 201).map(({ path }) => path);
  expect(long).toEqual([]);
});

test("the worker knows every task file by its name, and no other", () => {
  const list = /function tasks\([\s\S]*?return \{([\s\S]*?)\n {2}\};/.exec(
    read("src/worker/start_worker.ts"),
  )?.[1];
  const identifiers = [...(list ?? "").matchAll(/^ {4}(\w+)[:,(]/gm)].map(([, name]) => name);
  const files = modules
    .filter(({ path }) => path.startsWith("src/tasks/"))
    .map(({ path }) => basename(path, ".ts"));
  expect(identifiers.sort()).toEqual(files);
});

test("every job that SQL or a sweep asks for is a task", () => {
  const files = modules
    .filter(({ path }) => path.startsWith("src/tasks/"))
    .map(({ path }) => basename(path, ".ts"));
  const sql = readFiles("db/fixtures", ".sql")
    .map(({ text }) => text)
    .join("\n");
  const asked = [
    ...sql.matchAll(/(?:app_private\.wake|graphile_worker\.add_job)\('(\w+)'/g),
    ...read("src/worker/start_worker.ts").matchAll(/task: "(\w+)"/g),
  ].map(([, name]) => name ?? "");
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((name) => !files.includes(name))).toEqual([]);
});
