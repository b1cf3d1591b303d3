import { expect } from "vitest";
import { attempt, clocksOf, fire } from "../support/cases.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";
import { DAY, idleLead, sweepStagnant, tasks } from "../support/stagnation.ts";

const COMPLETE = "select app_public.complete_task($1, $2)";

test("a follow-up that was done is activity: the lead stays, and stagnates a week later again", async ({
  db,
}) => {
  const leadId = await idleLead(db, "dora", 8 * DAY);
  await db.query("update app_public.clocks set next_at = null");
  await sweepStagnant(db);
  const [task] = await tasks(db);
  expect(await attempt(db, "dora", COMPLETE, [task?.id, "Left a message."])).toBe("");
  expect(await tasks(db)).toMatchObject([{ outcome: "done" }]);
  expect(await clocksOf(db, task?.id ?? "")).toEqual({});
  expect(await oneRow(db, "select note, closed_by_id is not null as has_name from app_public.tasks")).toEqual(
    {
      note: "Left a message.",
      has_name: true,
    },
  );
  expect(await fire(db, 3 * DAY)).toBe(0);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(await sweepStagnant(db, 7 * DAY - 1)).toBe(0);
  expect(await sweepStagnant(db, 7 * DAY)).toBe(1);
});

test("require_task: once is enough; a colleague may not, the manager may", async ({ db }) => {
  await idleLead(db, "dora", 8 * DAY);
  await sweepStagnant(db);
  const [task] = await tasks(db);
  expect(await attempt(db, "dirk", COMPLETE, [task?.id, ""])).toBe("DENID");
  expect(await attempt(db, "dora", COMPLETE, [task?.id, "x".repeat(10_001)])).toBe("BADIN");
  expect(await attempt(db, "mona", COMPLETE, [task?.id, ""])).toBe("");
  expect(await attempt(db, "dora", COMPLETE, [task?.id, ""])).toBe("STATE");
});
