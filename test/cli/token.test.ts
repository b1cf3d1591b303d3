import { expect } from "vitest";
import { makeTokens } from "../../src/api/tokens.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a token and nothing else, which the API takes", async ({ database }) => {
  const env = preparedEnv(database);
  const { code, stdout } = await catchment(["token", "dora"], env);
  expect(code).toBe(0);
  expect(await makeTokens(env.CATCHMENT_KEY ?? "").verify(stdout.trim())).toMatchObject({ slug: "dora" });

  const { stdout: json } = await catchment(["token", "dora", "--expires", "30m", "--json"], env);
  expect(JSON.parse(json)).toMatchObject({ actor: "dora", expiresIn: "30m", token: expect.any(String) });
});

test("none for who is not there, for a BI login or an API key, or for longer than a day", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const stranger = await catchment(["token", "dorothy"], env);
  expect(stranger).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("dora") });
  expect(await catchment(["token", "bi_de"], env)).toMatchObject({ code: 1, stdout: "" });
  expect(await catchment(["token", "partner"], env)).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("npx catchment keys create partner"),
  });
  expect(await catchment(["token", "dora", "--expires", "48h"], env)).toMatchObject({ code: 2, stdout: "" });
  expect(await catchment(["token", "dora", "--expires", "soon"], env)).toMatchObject({ code: 2, stdout: "" });
});

test("where nothing runs it says how to start", async () => {
  const { code, stderr } = await catchment(["token", "dora"], {
    CATCHMENT_DATA_DIR: await temporaryFolder(),
  });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("npx catchment start") });
});
