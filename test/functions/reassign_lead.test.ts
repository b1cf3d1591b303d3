import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { attempt } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const REASSIGN = "select app_public.reassign_lead($1, $2, $3)";
const REASON = `select reason as value from app_public.decisions where lead_id = $1 order by id desc limit 1`;

test("why is kept as it was said, blanks say nothing, and too much is refused", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await attempt(db, "mona", REASSIGN, [leadId, "dora", "x".repeat(1_001)])).toBe("BADIN");
  expect(await attempt(db, "mona", REASSIGN, [leadId, "dora", "x".repeat(1_000)])).toBe("");
  expect(await attempt(db, "mona", REASSIGN, [leadId, "dirk", "  "])).toBe("");
  expect(await oneValue(db, REASON, [leadId])).toBe("Reassigned by hand.");
});
