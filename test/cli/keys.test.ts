import { expect } from "vitest";
import { test } from "../support/database.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a key is printed alone and once, listed by its prefix, and revoked", async ({ database }) => {
  const env = preparedEnv(database);
  const made = await catchment(
    ["keys", "create", "partner", "--operations", "read", "--expires", "90d"],
    env,
  );
  expect(made.code).toBe(0);
  const [, prefix = "", secret = ""] = /^ck_([0-9a-f]{12})_([0-9a-f]{64})\n$/.exec(made.stdout) ?? [];
  expect(secret).not.toBe("");
  const listed = await catchment(["keys", "list", "partner"], env);
  expect(listed.stdout).toContain(prefix);
  expect(listed.stdout).toContain("live until");
  expect(listed.stdout).not.toContain(secret);

  const revoked = await catchment(["keys", "revoke", prefix, "--json"], env);
  expect(JSON.parse(revoked.stdout)).toMatchObject({ prefix, actor: "partner" });
  const again = await catchment(["keys", "list", "--json"], env);
  expect(JSON.parse(again.stdout)).toMatchObject([{ prefix, isLive: false, operations: ["read"] }]);
});

test("two during a rotation; the third is refused with what to do", async ({ database }) => {
  const env = preparedEnv(database);
  const create = () => catchment(["keys", "create", "partner", "--json"], env);
  expect([(await create()).code, (await create()).code]).toEqual([0, 0]);
  expect(await create()).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("two live keys already"),
  });
});

test("nobody else gets one, and nothing that cannot be meant", async ({ database }) => {
  const env = preparedEnv(database);
  const create = (...words: string[]) => catchment(["keys", "create", ...words], env);
  expect(await create("dora")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("There are partner"),
  });
  expect((await create("partner", "--operations", "everything")).code).toBe(2);
  expect((await create("partner", "--expires", "soon")).code).toBe(2);
  expect((await create("partner", "--rate", "0")).code).toBe(2);
  expect((await catchment(["keys", "revoke", "ffffffffffff"], env)).code).toBe(1);
});
