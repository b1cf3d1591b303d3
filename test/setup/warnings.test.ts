import { expect, test } from "vitest";
import { readSetup } from "../../src/setup/read.ts";
import { warningsOf } from "../../src/setup/warnings.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

test("a member of a team who may only look there is named with file and line, whatever else they may elsewhere", async () => {
  expect(await said(ACME)).toEqual([]);
  const folder = await acmeWith("teams.yaml", "{ actor: dirk }", "{ actor: vera }");
  expect(await said(folder)).toEqual([
    expect.stringMatching(/^teams\.yaml:\d+: .*"vera" may only look in "de": they are given nothing$/),
  ]);
  const vera = "memberships: [{ territory: global, role: viewer }";
  await change(folder, "actors.yaml", vera, `${vera}, { territory: us, role: rep }`);
  expect(await said(folder)).toHaveLength(1);
  await change(folder, "actors.yaml", vera, `${vera}, { territory: emea, role: rep }`);
  expect(await said(folder)).toEqual([]);
});

async function said(folder: string): Promise<string[]> {
  const { organization, describe } = await readSetup(folder);
  return warningsOf(organization)
    .map(describe)
    .filter((warning) => warning.includes("may only look"));
}
