import { expect } from "vitest";
import { test } from "../support/database.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

test("a secret is set from standard input, listed without its value, and removed", async ({ database }) => {
  const env = preparedEnv(database);
  expect(linesOf(await catchment(["secrets", "list"], env))).toEqual(["No secret is stored."]);
  const set = await catchment(["secrets", "set", "partner-feed", "access-token"], env, "s3cret\n");
  expect(set).toMatchObject({ code: 0, stdout: "Stored for partner-feed, access-token.\n", stderr: "" });
  const listed = await catchment(["secrets", "list", "--json"], env);
  expect(JSON.parse(listed.stdout)).toEqual([
    {
      path: "partner-feed",
      name: "access-token",
      setAt: expect.any(String),
      opens: true,
      hiddenByEnvironment: false,
    },
  ]);
  expect(listed.stdout).not.toContain("s3cret");
  const other = { ...env, CATCHMENT_KEY: "another key for the tests of the command line" };
  expect(linesOf(await catchment(["secrets", "list"], other))[1]).toMatch(
    /^partner-feed +access-token +\S+ +does not open with this CATCHMENT_KEY: set it again$/,
  );
  expect((await catchment(["secrets", "remove", "partner-feed", "access-token"], env)).code).toBe(0);
  expect((await catchment(["secrets", "remove", "partner-feed", "access-token"], env)).code).toBe(1);
});

test("an unknown path, no input and a bad name are refused", async ({ database }) => {
  const env = preparedEnv(database);
  const unknown = await catchment(["secrets", "set", "nowhere"], env, "x");
  expect(unknown).toMatchObject({ code: 1, stderr: 'There is no capture path and no channel "nowhere".\n' });
  expect(await catchment(["secrets", "set", "partner-feed"], env, " \n")).toMatchObject({ code: 2 });
  expect(await catchment(["secrets", "set", "partner-feed", "Verify Token"], env, "x")).toMatchObject({
    code: 2,
  });
});

test("it says so when the environment hides what is stored", async ({ database }) => {
  const env = { ...preparedEnv(database), CATCHMENT_SECRET_PARTNER_FEED: "from outside" };
  const set = await catchment(["secrets", "set", "partner-feed"], env, "stored");
  expect(set).toMatchObject({ code: 0, stderr: expect.stringContaining("that one counts") });
});
