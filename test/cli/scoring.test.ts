import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { createDatabase, test } from "../support/database.ts";
import { bringEnded, drawing, type EndedLead } from "../support/ended_leads.ts";
import { oneValue } from "../support/rows.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

const DAY = 86_400_000;
const BEGIN = Date.parse("2026-01-01T00:00:00Z");

/** Two of three referrals are won, one of six others; ten a day, each ended a week later. */
function leads(count: number): EndedLead[] {
  const draw = drawing(11);
  return Array.from({ length: count }, (_, n) => {
    const firstSeenAt = new Date(BEGIN + (n * DAY) / 10);
    const channel = draw() < 0.3 ? "referral" : "display";
    const isWon = draw() < (channel === "referral" ? 2 / 3 : 1 / 6);
    return { firstSeenAt, closedAt: new Date(firstSeenAt.getTime() + 7 * DAY), isWon, channel };
  });
}

test("train, evaluate, models and use; too few are refused, and a dry run keeps nothing", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const run = (...words: string[]) => catchment(["scoring", ...words, "--boundary", "de"], env);
  const bring = (count: number) =>
    withConnection(database.urls.superuser, (db) => bringEnded(db, "de", leads(count)));
  const kept = () =>
    withConnection(database.urls.superuser, (db) =>
      oneValue<number>(db, "select count(*)::int as value from app_private.scoring_models"),
    );
  expect(await run("train")).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringContaining("0 leads of global that were won and 0 that were lost"),
  });
  expect(await run("evaluate")).toMatchObject({ code: 3 });
  await bring(1_000);
  const dry = await run("train", "--dry-run");
  expect(dry.stdout).toMatch(/^ {2}channel +referral .*× [2-9]/m);
  expect(linesOf(dry).at(-1)).toBe("Nothing was changed.");
  expect(await kept()).toBe(0);

  expect(JSON.parse((await run("train", "--json")).stdout)).toMatchObject({ boundary: "global", version: 1 });
  expect((await run("train")).stdout).toContain("Version 2 foretells in global from now on.");
  expect(linesOf(await run("models"))).toEqual([
    expect.stringMatching(/^2 .* won .* lost +foretells$/),
    expect.stringMatching(/^1 .* won .* lost$/),
  ]);
  expect((await run("use", "1")).stdout).toBe("Version 1 foretells in global from now on.\n");
  const [, first] = JSON.parse((await run("models", "--json")).stdout);
  expect(first).toMatchObject({ version: 1, isActive: true });
  expect(first.calibration).toHaveLength(10);
  expect(await run("use", "9")).toMatchObject({
    code: 1,
    stderr: "global has no version 9. There are 2, 1, none.\n",
  });
  expect((await run("use", "none")).stdout).toBe("Nothing foretells in global from now on.\n");
});

test("evaluate tells what a later period would have been told", async () => {
  const database = await createDatabase();
  try {
    const env = preparedEnv(database);
    const run = (...words: string[]) => catchment(["scoring", "evaluate", "--boundary", "de", ...words], env);
    await withConnection(database.urls.superuser, (db) => bringEnded(db, "de", leads(1_000)));
    const { splitAt, scorers } = JSON.parse((await run("--json")).stdout);
    expect(splitAt).toBe("2026-03-11T21:36:00.000Z"); // 700 of 1,000 came by then, 630 had ended
    expect(scorers[0].learned.won + scorers[0].learned.lost).toBe(630);
    expect(scorers[0].asked.won + scorers[0].asked.lost).toBe(300);
    expect(scorers[0].auc).toBeGreaterThan(0.65);
    expect(scorers[0].brier).toBeLessThan(scorers[2].brier);
    const shown = await run("--split", "2026-03-01");
    expect(shown.stdout).toMatch(/^model +0\.\d{3} +0\.\d{4}$/m);
    expect(shown.stdout).toMatch(/^constant +0\.500/m);
    expect(await run("--split", "2026-12-01")).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^No lead of global came after 2026-12-01/),
    });
    expect(await run("--split", "2026-01-12")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("there should be 50 of each"),
    });
  } finally {
    await database.drop();
  }
});
