import { expect, inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { test } from "../support/database.ts";
import { catchment, preparedEnv } from "./program.ts";

test("connection strings that connect, each as its own login", async ({ database }) => {
  const { superuserUrl, key } = inject("cluster");
  const env = { DATABASE_URL: databaseUrl(superuserUrl, database.name), CATCHMENT_KEY: key };
  for (const who of ["owner", "api", "worker"]) {
    const { stdout } = await catchment(["url", who], env);
    const { rows } = await withConnection(stdout.trim(), (client) =>
      client.query("select session_user as it"),
    );
    expect(rows).toEqual([{ it: `catchment_${who}` }]);
  }
  // Its password is another one in this cluster, so only the shape.
  const { stdout } = await catchment(["url", "bi_de", "--json"], env);
  expect(JSON.parse(stdout)).toEqual({
    who: "bi_de",
    url: expect.stringMatching(new RegExp(`^postgres://bi_de:[^@]{20,}@.*/${database.name}$`)),
  });
});

test("who has no login is told what there is", async ({ database }) => {
  const { code, stderr } = await catchment(["url", "dora"], preparedEnv(database));
  expect(code).toBe(1);
  expect(stderr).toContain("npx catchment token dora");
  expect(stderr).toContain("owner, api, worker, bi_de");
});

test("the password of a login that somebody else made is not invented", async ({ database }) => {
  expect(await catchment(["url", "bi_de"], preparedEnv(database))).toMatchObject({ code: 3, stdout: "" });
});
