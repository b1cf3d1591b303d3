import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSetup } from "../../src/setup/read.ts";
import { warningsOf } from "../../src/setup/warnings.ts";
import { acmeWith, problemsOf } from "./folder_of.ts";

describe("refused by file and line", () => {
  test.for([
    ["{ territory: de, person: nobody }", 'person: there is no person "nobody"'],
    ["{ territory: de, person: partner }", 'person: there is no person "partner"'],
    ["{ territory: de, person: felix }", 'person: "felix" works no leads in "de"'],
    ["{ territory: de, person: vera }", 'person: "vera" works no leads in "de"'],
    ["{ territory: emea, person: dora }", 'person: "dora" works no leads in "emea"'],
    ["{ territory: de, team: no-team }", 'team: there is no team "no-team"'],
    ["{ territory: de, team: sales-fr }", 'team: "sales-fr" belongs to "fr", which does not reach "de"'],
    ["{ territory: globex-nl, team: sales-emea }", 'team: "sales-emea" belongs to "emea"'],
    ["{ territory: nowhere, team: operations }", 'territory: there is no territory "nowhere"'],
    [
      "{ territory: de, source: no-source, person: dora }",
      'source: no capture path has the source "no-source"',
    ],
    ["{ territory: de, country: UK, person: dora }", 'country: "UK" meets no lead; leads say "GB"'],
    ["{ territory: de, language: DE, person: dora }", 'language: "DE" meets no lead; leads say "de"'],
    ["{ territory: de, score_min: 80, score_max: 20, person: dora }", "score_max: must not be less"],
    ["{ territory: de, score_max: 100, person: dora }", "score_min: every lead has a score from 0 to 100"],
    ["{ territory: de, score_min: 101, person: dora }", "score_min"],
    ["{ territory: de, segment: public }", "needs one of person, team, manager_of_last_owner"],
    ["{ territory: de, person: dora, team: sales-de }", "needs one of person, team, manager_of_last_owner"],
    ["{ territory: de, manager_of_last_owner: false }", "manager_of_last_owner"],
  ] as const)("%s", async ([rule, message]) => {
    const problems = await problemsOf(await withRules(rule));
    expect(problems.filter((problem) => problem.includes(message))).toEqual([
      expect.stringMatching(/^routing_rules\.yaml:2: /),
    ]);
  });

  test.for([
    ["the same", "{ territory: de, segment: public, person: dirk }"],
    ["the same to a team, the score left out", "{ territory: de, team: sales-de, segment: public }"],
  ])("a tie: %s", async ([, rule = ""]) => {
    const problems = await problemsOf(
      await withRules("{ territory: de, segment: public, person: dora }", rule),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^routing_rules\.yaml:3: routing_rules: wants the same as a rule before it/),
    ]);
  });

  test("a tie: scores that share a number", async () => {
    const problems = await problemsOf(
      await withRules(
        "{ territory: de, score_min: 10, score_max: 50, person: dora }",
        "{ territory: de, score_min: 51, person: dirk }",
        "{ territory: de, score_max: 10, person: doris }",
      ),
    );
    expect(problems).toEqual([expect.stringContaining("routing_rules.yaml:4:")]);
  });
});

test("rules that can be told apart are taken", async () => {
  const folder = await withRules(
    "{ territory: de, person: mona }", // a manager further up works leads here
    "{ territory: de, segment: public, person: dora }",
    "{ territory: de, language: de, person: dirk }",
    "{ territory: de, score_min: 80, team: sales-emea }",
    "{ territory: de, score_max: 79, team: sales-de }",
    "{ territory: de, manager_of_last_owner: true }",
    "{ territory: emea, person: mona }",
  );
  expect(await problemsOf(folder)).toEqual([]);
});

describe("a rule that no arriving lead comes to is warned of", () => {
  const catchAlls = ["us", "br"].map((territory) => `{ territory: ${territory}, person: marco }`);

  test("behind the catch-alls of everything below it where leads arrive", async () => {
    const folder = await withRules("{ territory: americas, segment: public, person: marco }", ...catchAlls);
    expect(await warnings(folder)).toEqual([
      'routing_rules.yaml:2: routing_rules: no arriving lead comes to it: the catch-all of "us", "br" is asked before',
    ]);
  });

  test.for([
    ["one of them asks for something", catchAlls.with(1, "{ territory: br, segment: key, person: marco }")],
    [
      "one is met only by leads that somebody had",
      catchAlls.with(1, "{ territory: br, manager_of_last_owner: true }"),
    ],
    ["one territory has none", catchAlls.slice(1)],
  ] as const)("not where %s", async ([, rules]) => {
    const folder = await withRules("{ territory: americas, segment: public, person: marco }", ...rules);
    expect(await warnings(folder)).toEqual([]);
  });
});

/** The sample organization with these routing rules, the first on line 2. */
async function withRules(...rules: readonly string[]): Promise<string> {
  const folder = await acmeWith("teams.yaml", "slug: operations", "slug: operations");
  await writeFile(
    join(folder, "routing_rules.yaml"),
    ["routing_rules:", ...rules.map((rule) => `  - ${rule}`)].join("\n"),
  );
  return folder;
}

async function warnings(folder: string): Promise<string[]> {
  const { organization, describe: say } = await readSetup(folder);
  return warningsOf(organization)
    .map(say)
    .filter((line) => line.startsWith("routing_rules"));
}
