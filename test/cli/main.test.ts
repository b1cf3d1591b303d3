import { expect, test } from "vitest";
import { catchment } from "./program.ts";

test("help names every command and the exit codes", async () => {
  const { code, stdout } = await catchment(["--help"], {});
  expect(code).toBe(0);
  for (const command of [
    "start",
    "migrate",
    "apply",
    "import",
    "quarantine",
    "rehearse",
    "replay",
    "token",
    "url",
    "doctor",
    "demo",
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  }
  expect(stdout).toContain("Exit codes: 0 done; 1 failed");
});

test("what is not a command line is 2, with what to do", async () => {
  expect(await catchment(["strat"], {})).toMatchObject({ code: 2, stderr: expect.stringContaining("start") });
  expect(await catchment(["token"], {})).toMatchObject({ code: 2, stderr: expect.stringContaining("actor") });
  expect(await catchment(["token"], {})).toMatchObject({
    stderr: expect.stringContaining("`npx catchment token --help` tells what it takes."),
  });
  expect(await catchment(["keys", "create", "--nonsense"], {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("`npx catchment keys create --help`"),
  });
});

test("an environment that is not usable is 2, and names every problem", async () => {
  const { code, stderr } = await catchment(["doctor"], { PORT: "many", DATABASE_URL: "mysql://nowhere/x" });
  expect(code).toBe(2);
  expect(stderr).toMatch(/PORT: must be a number/);
  expect(stderr).toMatch(/DATABASE_URL: must be a URL like postgres/);
  expect(stderr).not.toContain("    at ");
});
