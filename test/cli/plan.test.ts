import { expect } from "vitest";
import { acmeWith } from "../setup/folder_of.ts";
import { test } from "../support/database.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

test("on what is applied already it says so, and nothing else", async ({ database }) => {
  expect(await catchment(["plan", "--check"], preparedEnv(database))).toEqual({
    code: 0,
    stdout: "No changes.\n",
    stderr: "",
  });
});

test("it shows what apply then shows and does, and --check fails before", async ({ database }) => {
  const env = preparedEnv(database);
  const folder = await acmeWith("sla_policies.yaml", "target_seconds: 300", "target_seconds: 240");
  const shown = [
    "sla_policies",
    "  ~ first-response-de-web",
    "      target_seconds: 300 → 240",
    "",
    "Plan: 0 to add, 1 to change, 0 to close.",
  ];
  const planned = await catchment(["plan", folder], env);
  expect(linesOf(planned)).toEqual(shown);
  expect(planned).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Examples of the contracts: \d+ accepted and \d+ refused/),
  });
  expect((await catchment(["plan", folder, "--check", "--json"], env)).code).toBe(1);
  expect(linesOf(await catchment(["apply", folder], env))).toEqual([...shown, "Applied as revision 2."]);
  expect((await catchment(["plan", folder], env)).stdout).toBe("No changes.\n");
});

test("a folder that apply would refuse is refused with file and line", async ({ database }) => {
  const folder = await acmeWith("capture_paths.yaml", "    requires_signature: true\n", "    secret: hush\n");
  const { code, stdout, stderr } = await catchment(["plan", folder], preparedEnv(database));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/capture_paths\.yaml:\d+: secret: looks like a secret/);
  expect(stderr).not.toContain("hush");
});
