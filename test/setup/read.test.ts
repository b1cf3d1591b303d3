import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSetup } from "../../src/setup/read.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ACME, acmeWith, change, folderOf, problemsOf } from "./folder_of.ts";

test("the sample organization is in order", async () => {
  const { organization, exceptionPolicies } = await readSetup(ACME);
  expect(organization.territories.map(({ slug }) => slug)).toContain("globex-nl");
  expect(exceptionPolicies).toContainEqual(
    expect.objectContaining({
      kind: "captures_unprocessed",
      duty: "operations",
      acknowledge_seconds: 900,
      resolve_seconds: 1800,
      runbook: "docs/runbooks/captures_unprocessed.md",
    }),
  );
});

test("every problem of every file is named at once, each with its line", async () => {
  const folder = await acmeWith("sla_policies.yaml", "target_seconds: 900", "target_seconds: soon");
  await change(folder, "actors.yaml", "name: Ada Okafor", "nam: Ada Okafor");
  expect(await problemsOf(folder)).toEqual([
    "actors.yaml:3: name: Invalid input: expected string, received undefined",
    "actors.yaml:4: nam: is not known here",
    "sla_policies.yaml:5: target_seconds: Invalid input: expected number, received string",
  ]);
});

test.each([
  ["a key that is not known", "teamz: []", "all.yaml:1: teamz: is not known here"],
  ["a key that stands twice", "teams: []\nteams: []", "all.yaml:2: Map keys must be unique"],
  ["text that is no YAML", "teams: [\n  {", "all.yaml:2: "],
  ["two documents", "teams: []\n---\nteams: []", "all.yaml:2: one document per file"],
  [
    "a section that is no list",
    "teams: many",
    "all.yaml:1: teams: Invalid input: expected array, received string",
  ],
  [
    "a number where text is meant",
    "territory_rules:\n  - territory: de\n    postal_prefix: 80",
    "all.yaml:3: postal_prefix: must be text: put it in quotes",
  ],
  [
    "a role of the program for a BI login",
    "actors:\n  - { slug: bi, kind: bi_login, name: BI,\n      db_role: catchment_worker }",
    "all.yaml:3: db_role: must not begin with pg_ or catchment_",
  ],
  ["a slug with capitals", "territories:\n\n  - slug: North", "all.yaml:3: slug: must be a slug"],
  [
    "a time zone that does not exist",
    "territories:\n  - slug: x\n    time_zone: Mars/Base",
    "all.yaml:3: time_zone: must be a time zone",
  ],
  ["an alias that multiplies without end", bomb(), "all.yaml:1: Excessive alias count"],
  ["no territory at all", "", "there must be at least one"],
])("%s is refused with its line", async (_fault, text, problem) => {
  expect((await problemsOf(await folderOf(text))).join("\n")).toContain(problem);
});

test("a folder that is missing, or holds no YAML, is refused", async () => {
  const folder = await temporaryFolder();
  expect(await problemsOf(join(folder, "absent"))).toEqual(["there is no such folder"]);
  expect(await problemsOf(folder)).toEqual(["there is no .yaml file in it"]);
});

test("a section may stand in several files, and every problem points into its own", async () => {
  const folder = await acmeWith("teams.yaml", "Revenue operations", "Revenue operations");
  await writeFile(
    join(folder, "zz.yml"),
    "# more\nteams:\n  - { slug: late, name: Late, territory: nowhere }\n",
  );
  expect(await problemsOf(folder)).toEqual(['zz.yml:3: territory: there is no territory "nowhere"']);
});

function bomb(): string {
  const levels = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const lists = levels.map((name, at) => {
    const before = levels[at - 1];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => (before === undefined ? "1" : `*${before}`)).join(", ")}]`;
  });
  return lists.join("\n");
}
