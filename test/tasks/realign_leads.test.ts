import { expect } from "vitest";
import realignLeads from "../../src/tasks/realign_leads.ts";
import { territoryId } from "../support/acme.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { addRules } from "../support/territory_rules.ts";

test("a realignment whose instant has come is done, and a second run finds nothing", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]);
  const revision = await addRules(db, [{ territory: "fr", country: "DE" }]);
  await db.query("select app_private.schedule_realignment($1, $2, false, now(), now())", [
    await territoryId(db, "global"),
    revision,
  ]);
  const lies =
    "select slug as value from app_public.leads join app_public.territories on territories.id = leads.territory_id";
  for (const _run of [1, 2]) {
    await db.query("select app_private.wake('realign_leads')");
    await runJobs(db, { realign_leads: realignLeads });
    expect(await oneValue(db, lies)).toBe("fr");
  }
  expect(await oneValue(db, "select count(moved_at)::int as value from app_private.realignment_moves")).toBe(
    1,
  );
});
