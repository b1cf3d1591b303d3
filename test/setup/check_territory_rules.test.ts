import { describe, expect, test } from "vitest";
import { acmeWith, expectRefusal, problemsOf } from "./folder_of.ts";

const FILE = "territory_rules.yaml";
const UK = "- { territory: uk, country: GB }";
const LAST = `- { territory: fr, condition: '$.email like_regex "\\\\.fr$"' }`;

describe("rules of equal rank that overlap are refused, by the line of the later one", () => {
  test.for([
    ["the same column", "country: DE"],
    ["the same columns in another order", 'postal_prefix: "1", country: CH'],
    ["the same condition", `condition: '$.email like_regex "\\\\.de$"'`],
  ] as const)("%s", ([, says]) =>
    expectRefusal(
      { file: FILE, text: LAST, wrong: `${LAST}\n  - { territory: uk, ${says} } # later`, on: "# later" },
      "says the same as the rule for",
    ),
  );

  test("sizes that share a number, also with one that began long before", async () => {
    const sizes = [
      [10, 45],
      [20, 30],
      [40, 50],
      [51, 60],
    ].map(([from, to]) => `  - { territory: uk, country: GB, employees_min: ${from}, employees_max: ${to} }`);
    const problems = await problemsOf(await acmeWith(FILE, `  ${UK}`, sizes.join("\n")));
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(" ")))).toEqual([
      "territory_rules.yaml:8:",
      "territory_rules.yaml:9:",
    ]);
  });
});

describe("rules that can be told apart are taken", () => {
  test.for([
    ["another country", "  - { territory: uk, country: IE }"],
    ["a longer prefix", '  - { territory: de, country: CH, postal_prefix: "12" }'],
    ["sizes side by side", SIZES("0", "49", "50")],
    ["equally specific in different columns: the list decides", "  - { territory: uk, language: en }"],
    ["another condition", `  - { territory: uk, condition: '$.email like_regex "[.]uk$"' }`],
    ["another client's", "  - { territory: globex-nl, country: DE }"],
  ] as const)("%s", async ([, rules]) => {
    expect(await problemsOf(await acmeWith(FILE, `  ${UK}`, `  ${UK}\n${rules}`))).toEqual([]);
  });
});

function SIZES(from: string, to: string, next: string): string {
  return [
    `  - { territory: uk, country: GB, employees_min: ${from}, employees_max: ${to} }`,
    `  - { territory: de, country: GB, employees_min: ${next} }`,
  ].join("\n");
}

test.for([
  ["company_domain: ACME.de", 'leads say "acme.de"'],
  ["company_domain: www.acme.de", 'leads say "acme.de"'],
  ["company_domain: gmail.com", '"gmail.com" meets no lead'],
  ["country: UK", '"UK" meets no lead; leads say "GB"'],
  ["country: XX", '"XX" meets no lead'],
  ["language: DE_at", 'leads say "de-AT"'],
  ["language: German", '"German" meets no lead'],
  ["postal_prefix: sw1", 'leads say "SW1"'],
  ["postal_prefix: D-80", 'leads say "80"'],
  ["employees_min: 9, employees_max: 8", "must not be less than employees_min"],
] as const)("a rule that no lead could meet is refused: %s", ([says, because]) =>
  expectRefusal(
    { file: FILE, text: UK, wrong: `- { territory: uk, ${says} }`, on: "{ territory: uk, " },
    because,
  ),
);
