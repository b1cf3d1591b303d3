import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acmeWith, problemsOf } from "./folder_of.ts";

test.for([
  ["{ territory: nowhere, missing: [phone], result: review }", 'territory: there is no territory "nowhere"'],
  [
    "{ territory: de, source: none, missing: [phone], result: review }",
    'source: no capture path has the source "none"',
  ],
  ["{ territory: de, result: review }", "needs one of account_status, older_than_days"],
  [
    "{ territory: de, missing: [phone], doubtful: true, result: review }",
    "needs one of account_status, older_than_days",
  ],
  ["{ territory: de, missing: [shoe_size], result: review }", "missing.0: must be one of"],
  ["{ territory: de, missing: [phone], result: perhaps }", "result"],
  ["{ territory: de, older_than_days: 0, result: review }", "older_than_days"],
  ["{ territory: de, account_status: [angry], result: review }", "account_status"],
  ["{ territory: de, missing: [phone], result: automate }", "result: there is nothing to lift"],
  [
    "{ territory: de, condition: '$.employees > 9', result: automate }",
    "condition: what is lifted is lifted for every lead",
  ],
] as const)("refused by file and line: %s", async ([rule, message]) => {
  const problems = await problemsOf(await withRules(rule));
  expect(problems.filter((problem) => problem.includes(message))).toEqual([
    expect.stringMatching(/^gate_rules\.yaml:2: /),
  ]);
});

test("two that ask the same: the second is refused; what lifts something above is in order", async () => {
  const twice = [
    "{ territory: de, score_below: 10, result: review }",
    "{ territory: de, score_below: 20, result: blocked }",
  ];
  expect(await problemsOf(await withRules(...twice))).toEqual([
    expect.stringMatching(/^gate_rules\.yaml:3: gate_rules: asks the same as a rule before it/),
  ]);
  const lifting = [
    "{ territory: emea, missing: [phone], result: blocked }",
    "{ territory: de, missing: [phone], result: automate }",
  ];
  expect(await problemsOf(await withRules(...lifting))).toEqual([]);
});

async function withRules(...rules: string[]): Promise<string> {
  const folder = await acmeWith("teams.yaml", "", "");
  await writeFile(
    join(folder, "gate_rules.yaml"),
    `gate_rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`,
  );
  return folder;
}
