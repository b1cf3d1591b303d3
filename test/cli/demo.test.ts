import { expect } from "vitest";
import { inventArrivals } from "../../src/cli/demo/arrivals.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { unexplained } from "../support/explained.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv, startInstance } from "./program.ts";

test("arrivals of every kind go through the real doors; the same seed again adds nothing", async ({
  database,
}) => {
  const env = {
    ...preparedEnv(database),
    CATCHMENT_DATA_DIR: await temporaryFolder(),
    CATCHMENT_SECRET_PARTNER_FEED: "a secret of the tests",
  };
  await startInstance(env);
  const words = ["demo", "--count", "200", "--rate", "1000", "--seed", "5", "--json"];
  const first = await catchment(words, env);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const { answers, outcomes } = JSON.parse(first.stdout);
  const kinds = new Set(answers.map(({ kind }: { kind: string }) => kind));
  for (const kind of ["new person", "known person again", "sent twice", "not JSON", "unknown path"]) {
    expect(kinds).toContain(kind);
  }
  expect(answers).toContainEqual({
    kind: "unknown path",
    answer: "404 unknown-path",
    count: expect.any(Number),
  });
  const of = (path: string, outcome: string) => ({ path, outcome, count: expect.any(Number) });
  expect(outcomes).toContainEqual(of("web-form", "lead created"));
  expect(outcomes).toContainEqual(of("web-form", "touch added"));
  expect(outcomes).toContainEqual(of("web-form", "quarantined: contract violation"));
  expect(outcomes).toContainEqual(of("globex-form", "lead created"));
  expect(outcomes).toContainEqual(of("partner-feed", "lead created"));

  const again = JSON.parse((await catchment(words, env)).stdout);
  expect(again.answers.filter(({ answer }: { answer: string }) => answer === "stored")).toEqual([]);
  expect(again.outcomes).toEqual(outcomes);
  await withConnection(database.urls.superuser, async (db) => expect(await unexplained(db)).toEqual([]));
});

test("where nothing runs it says how to start", async () => {
  const env = { CATCHMENT_DATA_DIR: await temporaryFolder() };
  expect(await catchment(["demo"], env)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("npx catchment start"),
  });
  expect(await catchment(["demo", "--count", "many"], env)).toMatchObject({ code: 2 });
});

test("the same seed is the same demo, without the partner when there is no secret", () => {
  const options = { count: 300, seed: 3, hasPartner: false };
  const arrivals = inventArrivals(options);
  expect(inventArrivals(options)).toEqual(arrivals);
  expect(inventArrivals({ ...options, seed: 4 })).not.toEqual(arrivals);
  expect(new Set(arrivals.map(({ path }) => path))).toEqual(
    new Set(["web-form", "globex-form", "no-such-door"]),
  );
  for (const { body } of arrivals) expect(body).not.toMatch(/@(?!example\.)/);
});
