import { describe, expect } from "vitest";
import { checkPoolers } from "../../src/cli/doctor/pooler.ts";
import { createDatabase, test } from "../support/database.ts";
import { hasPgbouncer, startPgbouncer } from "../support/pgbouncer.ts";

test("without a pooler", async ({ database }) => {
  const findings = await checkPoolers(database.urls, null);
  expect(findings.map(({ check, state }) => [check, state])).toEqual([
    ["pooler before the worker", "ok"],
    ["pooler before the API", "ok"],
  ]);
});

test("one that is not there, one of another database, one as another login", async ({ database }) => {
  const other = await createDatabase();
  const nowhere = new URL(database.urls.api);
  nowhere.port = "1";
  for (const url of [nowhere.href, other.urls.api, database.urls.worker])
    expect((await checkPoolers(database.urls, url)).at(-1)).toMatchObject({
      check: "pooler for requests",
      state: "fail",
    });
  await other.drop();
});

describe.skipIf(!hasPgbouncer)("with pgbouncer (apt-get install pgbouncer)", () => {
  test("in transaction mode it serves requests, and nothing that needs its session", async ({ database }) => {
    const bouncer = await startPgbouncer(database.urls.api, 2);
    try {
      expect((await checkPoolers(database.urls, bouncer.url)).at(-1)).toEqual({
        check: "pooler for requests",
        state: "ok",
        detail: "transaction mode; statements are not prepared behind it",
      });
      const [worker, api] = await checkPoolers({ api: bouncer.url, worker: bouncer.url }, null);
      expect([worker?.state, api?.state]).toEqual(["fail", "fail"]);
      expect(api?.advice).toContain("CATCHMENT_API_POOLER_URL");
    } finally {
      await bouncer.stop();
    }
  });
});
