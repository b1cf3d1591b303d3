import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { buildSchema, parse, validate } from "graphql";
import { expect } from "vitest";
import { catchment } from "../cli/program.ts";
import { actAsWorker } from "../support/act_as.ts";
import { test } from "../support/database.ts";
import { filesIn, ROOT, read, readFiles } from "./files.ts";

const pages = [
  ...["README.md", "db/README.md"].map((path) => ({ path, text: read(path) })),
  ...readFiles("docs", ".md"),
];
const changes = { path: "CHANGELOG.md", text: read("CHANGELOG.md") };
const runbooks = pages.filter(({ path }) => path.startsWith("docs/runbooks/"));

test("every link leads to a file of ours, and to a heading of it", () => {
  const lost = [...pages, changes].flatMap(({ path, text }) =>
    all(text, /\]\(([^)\s]+)\)/g)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => !leads(path, link))
      .map((link) => `${path}: ${link}`),
  );
  expect(lost).toEqual([]);
  expect(leads("docs/sla.md", "exceptions.md#no-such-heading")).toBe(false);
});

test("every file and npm script that is named exists", () => {
  const named = /`((?:src|test|db|docs|graphql|examples|scripts|bin)\/[\w./-]+)`/g;
  const scripts = /npm run ([a-z:]+)/g;
  const known = all(read("package.json"), /^ {4}"([a-z:]+)": "/gm);
  expect(
    pages.flatMap(({ path, text }) => [
      ...all(text, named)
        .filter((file) => !existsSync(join(ROOT, file)))
        .map((file) => `${path}: ${file}`),
      ...all(text, scripts)
        .filter((script) => !known.includes(script))
        .map((script) => `${path}: npm run ${script}`),
    ]),
  ).toEqual([]);
});

test("every command that is named exists, with its options", async () => {
  const lines = pages.flatMap(({ path, text }) =>
    all(text, /(?:npx |`)catchment ([a-z][^`\n#|]*)/g).map((line) => ({ path, line })),
  );
  const helps = new Map<string, Promise<string>>();
  const help = (command: string) => {
    const known = helps.get(command) ?? catchment([...command.split(" "), "--help"], {}).then(helpText);
    helps.set(command, known);
    return known;
  };
  const wrong: string[] = [];
  for (const { path, line } of lines) {
    const [first = "", second = ""] = line.split(/[\s)]+/);
    const own = await help(first);
    const isGroup = /^Commands:$/m.test(own) && /^[a-z]/.test(second);
    const text = isGroup ? await help(`${first} ${second}`) : own;
    const [mine = ""] = line.split(" -- ");
    const options = all(mine, /(--[a-z][a-z-]*)/g).filter((option) => !text.includes(option));
    if (text === "" || options.length > 0) wrong.push(`${path}: ${line} ${options}`);
  }
  expect(lines.length).toBeGreaterThan(80);
  expect(wrong).toEqual([]);
});

test("every GraphQL document is one, and every error code that somebody is to expect is told by the API", () => {
  const schema = buildSchema(read("graphql/schema.graphql"));
  const documents = pages.flatMap(({ text }) => [
    ...all(text, /^```graphql\n(.*?)^```/gms),
    ...all(text, /[`'" ]((?:subscription|query|mutation) [({][^`'"]*\})[`'"]/g),
    ...all(text, /"query": ?"((?:[^"\\]|\\.)*)"/g).map((query) => query.replaceAll('\\"', '"')),
  ]);
  expect(documents.length).toBeGreaterThan(4);
  expect(documents.flatMap((document) => validate(schema, parse(document)))).toEqual([]);

  const [, table = ""] = read("docs/api.md").split("\n## Errors\n");
  const codes = all(table, /`([A-Z_]+)`/g);
  expect(
    pages.flatMap(({ path, text }) =>
      all(text, /answers? `([A-Z_]+)`/g)
        .filter((code) => !codes.includes(code))
        .map((code) => `${path}: ${code}`),
    ),
  ).toEqual([]);
});

test("every query of a runbook runs as it stands there, as the worker", async ({ db }) => {
  const queries = runbooks.flatMap(({ text }) => [
    ...all(text, /^```sql\n(.*?)^```/gms).flatMap((block) => block.split(/;\n/)),
    ...all(text, /`((?:select|update) [^`]+)`/g),
  ]);
  expect(queries.length).toBeGreaterThan(30);
  await actAsWorker(db);
  for (const query of queries.filter((one) => one.trim() !== "")) {
    // What the reader fills in.
    await db.query(query.replaceAll("<pid>", "0").replaceAll(/'(?:…|<[a-z ]+>)'/g, `'${NOBODY}'`));
  }
});

test("every function, table and column that a page names is somewhere in the sources", () => {
  const sources = ["db/fixtures", "db/current", "src", "examples"]
    .flatMap((folder) => [
      ...readFiles(folder, ".sql"),
      ...readFiles(folder, ".ts"),
      ...readFiles(folder, ".yaml"),
    ])
    .map(({ path, text }) => `${path}\n${text}`);
  const words = new Set(
    all([...sources, read("db/schema.sql"), ...filesIn("test")].join("\n"), /([a-z_]+)/g),
  );
  const unknown = pages
    .filter(({ path }) => !path.startsWith("docs/decisions/")) // they tell of what was not built, too
    .flatMap(({ path, text }) =>
      all(text, /`([^`\n]+)`/g)
        .filter((code) => !/[/' ]|^pg_/.test(code))
        .flatMap((code) => all(code, /\b([a-z]+(?:_[a-z]+)+)\b/g))
        .map((word) => word.replace(/^catchment_/, ""))
        .filter((word) => !words.has(word) && !OURS_TO_CHOOSE.includes(word))
        .map((word) => `${path}: ${word}`),
    );
  expect(unknown).toEqual([]);
});

/** Outcomes that whoever closes a case writes in words of their own, and a column of a runbook's own query. */
const OURS_TO_CHOOSE = ["no_consent", "two_people", "fetched_again", "typed_country"];
const NOBODY = "01890000-0000-7000-8000-000000000000";

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

/** Empty where the command is not known. */
function helpText({ code, stdout }: { code: number | null; stdout: string }): string {
  return code === 0 ? stdout : "";
}

function leads(from: string, link: string): boolean {
  const [file = "", heading] = link.split("#");
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  return (
    heading === undefined ||
    all(read(path), /^#+ (.*)$/gm)
      .map(anchor)
      .includes(heading)
  );
}

/** As the forges make it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
