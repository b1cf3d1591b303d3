import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { secondsLater, stageArrivals } from "../support/arrivals.ts";
import { attempt, caseOf, clocksOf, openCase } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const REOPEN = "select app_public.reopen_exception($1, $2)";
const RESOLVE = "select app_public.resolve_exception($1, 'mended')";
const HOUR = 3_600;

test("a resolution that did not hold: the same team's again, with all of its time, and why", async ({
  db,
}) => {
  const id = await resolved(db);
  expect(await attempt(db, "mona", REOPEN, [id, "It came back."])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({
    team: "sales-de",
    owner: null,
    outcome: null,
    reopenings: 1,
    is_acknowledged: false,
    acknowledge: HOUR,
    due: 4 * HOUR,
  });
  expect(await clocksOf(db, id)).toEqual({ acknowledge: HOUR, resolve: 4 * HOUR });
  expect(await allRows(db, "select kind, text from app_public.exception_comments")).toEqual([
    { kind: "reopening", text: "It came back." },
  ]);
});

test("an open case, one of whose cause another is open, and one without a reason stay as they are", async ({
  db,
}) => {
  const [captureId] = await stageArrivals(db, [{ attributes: {}, path: "partner-feed" }]);
  const id = await openCase(db, "nobody_available", { path: "partner-feed", captureId });
  expect(await attempt(db, "mona", REOPEN, [id, "Why not?"])).toBe("STATE");
  await attempt(db, "dora", RESOLVE, [id]);
  expect(await attempt(db, "mona", REOPEN, [id, " "])).toBe("BADIN");
  const other = await openCase(db, "nobody_available", { path: "partner-feed", captureId });
  expect(other).not.toBe(id);
  expect(await attempt(db, "mona", REOPEN, [id, "It came back."])).toBe("STATE");
});

test("where the team is closed by now it is operations'", async ({ db }) => {
  const id = await resolved(db);
  await db.query("update app_public.teams set is_active = false where slug = 'sales-de'");
  expect(await attempt(db, "mona", REOPEN, [id, "It came back."])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({ team: "operations", next: "operations" });
});

test("one that was resolved because its person was forgotten stays so", async ({ db }) => {
  const id = await resolved(db);
  await db.query("update app_public.exceptions set outcome = 'erased'");
  expect(await attempt(db, "mona", REOPEN, [id, "Who was it?"])).toBe("STATE");
});

test("one that a merge closed stays so; one of which a person said `merged` does not", async ({ db }) => {
  const id = await resolved(db);
  await db.query("update app_public.exceptions set outcome = 'merged', is_closed_by_merge = true");
  expect(await attempt(db, "mona", REOPEN, [id, "It came back."])).toBe("STATE");
  await db.query("update app_public.exceptions set is_closed_by_merge = false");
  expect(await attempt(db, "mona", REOPEN, [id, "It came back."])).toBe("");
});

test("rework is counted by rule, contract and revision, for the reader's territories", async ({ db }) => {
  const id = await resolved(db);
  await attempt(db, "mona", REOPEN, [id, "It came back."]);
  await attempt(db, "dora", RESOLVE, [id]);
  await attempt(db, "mona", REOPEN, [id, "And again."]);
  await resolved(db);
  await db.query("update app_public.exceptions set resolved_at = $1, outcome = 'done'", [
    await secondsLater(db, 1),
  ]);
  await actAsLogin(db, "bi_de");
  const rework = await allRows(
    db,
    "select rule, path, contract_version, revision > 0 as has_revision, exceptions::int, reworked::int, reopenings::int, rework_share::text from bi.rework",
  );
  await stopActing(db);
  expect(rework).toEqual([
    {
      rule: "nobody_available",
      path: "partner-feed",
      contract_version: 1,
      has_revision: true,
      exceptions: 2,
      reworked: 1,
      reopenings: 2,
      rework_share: "0.5000",
    },
  ]);
});

async function resolved(db: Client): Promise<string> {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", RESOLVE, [id]);
  return id;
}
