import { expect } from "vitest";
import { test } from "../support/database.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a subject is let in as somebody, listed and taken away", async ({ database }) => {
  const env = {
    ...preparedEnv(database),
    CATCHMENT_OIDC_ISSUER: "https://id.example",
    CATCHMENT_OIDC_AUDIENCE: "x",
  };
  const run = (...words: string[]) => catchment(["sign-ins", ...words], env);
  expect((await run("add", "dora", "subject-1")).stdout).toBe(
    "subject-1 of https://id.example speaks for dora.\n",
  );
  expect((await run("add", "dora", "subject-1")).code).toBe(0);
  expect((await run("add", "felix", "subject-1", "--issuer", "https://other.example")).code).toBe(0);
  expect(await run("add", "felix", "subject-1")).toMatchObject({ code: 1, stdout: "" });
  for (const slug of ["partner", "bi_de", "nobody"])
    expect((await run("add", slug, "subject-2")).code).toBe(1);
  expect((await run("add", "dora", "a\nb")).code).toBe(2);
  expect(JSON.parse((await run("list", "dora", "--json")).stdout)).toMatchObject([
    { actor: "dora", subject: "subject-1", issuer: "https://id.example" },
  ]);
  expect((await run("remove", "subject-1")).stdout).toContain("dora no more");
  expect((await run("remove", "subject-1")).code).toBe(1);
  expect((await run("list")).stdout).toContain("https://other.example");
});

test("without a provider nobody knows whose subject it is", async ({ database }) => {
  expect((await catchment(["sign-ins", "add", "dora", "x"], preparedEnv(database))).code).toBe(2);
});
