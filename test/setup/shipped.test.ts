import { access, glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { shippedExceptionPolicies } from "../../src/setup/shipped.ts";

const ROOT = new URL("../../", import.meta.url);

test("every kind of exception has a runbook that is there and bears its name", async () => {
  for (const { kind, runbook } of await shippedExceptionPolicies()) {
    expect(runbook).toBe(`docs/runbooks/${kind}.md`);
    await access(new URL(runbook, ROOT));
  }
});

// A kind without a policy would be dropped without a word by open_exceptions.
test("every kind that a function opens is shipped", async () => {
  const kinds = new Set<string>();
  for await (const file of glob("db/fixtures/functions/**/*.sql", { cwd: fileURLToPath(ROOT) })) {
    const sql = await readFile(new URL(file, ROOT), "utf8");
    if (!sql.includes("exception_case")) continue;
    for (const [, kind] of sql.matchAll(/row\('([a-z_]+)'/g)) if (kind !== undefined) kinds.add(kind);
  }
  expect(kinds.size).toBeGreaterThan(2);
  const shipped = (await shippedExceptionPolicies()).map(({ kind }) => kind);
  expect([...kinds].filter((kind) => !shipped.includes(kind))).toEqual([]);
});
