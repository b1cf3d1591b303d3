import { expect } from "vitest";
import { attempt, fire, openCase, told } from "../support/cases.ts";
import { chainOf, ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { absent, switchOff } from "../support/staff.ts";
import { DAY, idleLead, sweepStagnant, tasks } from "../support/stagnation.ts";

test("at its due time the owner is reminded, a day later the manager has the lead and reads why", async ({
  db,
}) => {
  const leadId = await idleLead(db, "dora", 7 * DAY);
  await db.query(
    "update app_public.leads set last_activity_at = '2026-03-02 10:00+00', sla_due_at = null; update app_public.clocks set next_at = null",
  );
  await sweepStagnant(db);
  expect(await fire(db, DAY - 1)).toBe(0);
  expect(await fire(db, DAY)).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(await fire(db, 2 * DAY)).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("mona");
  expect((await chainOf(db, leadId)).at(-1)).toMatchObject({
    action: "reassign",
    cause: "stagnant",
    reason:
      "Nothing happened with it since 2026-03-02 10:00 UTC, and the follow-up was not done in time. It was dora's.",
  });
  expect(await tasks(db)).toMatchObject([{ outcome: "escalated", owner: "dora" }]);
  expect(await told(db, "task_overdue", "lead_stagnant")).toEqual([
    { kind: "task_overdue", recipient: "dora", text: `A follow-up is overdue: /?lead=${leadId}` },
    {
      kind: "lead_stagnant",
      recipient: "mona",
      text: `A stagnant lead of dora is yours now. Nothing happened with it since 2026-03-02 10:00 UTC, and the follow-up was not done in time. /?lead=${leadId}`,
    },
  ]);
  expect(await fire(db, 3 * DAY)).toBe(0);
});

test("who did something in time keeps the lead, though nobody ticked the follow-up off", async ({ db }) => {
  const leadId = await stagnant(db);
  await db.query("update app_public.leads set last_activity_at = now() + interval '1 hour'");
  await fire(db, 3 * DAY);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(await tasks(db)).toMatchObject([{ outcome: "activity" }]);
});

test("a manager who is away is passed over; is nobody there, the owner keeps it and a case opens", async ({
  db,
}) => {
  await absent(db, ["mona"], new Date(Date.now() + 10 * DAY * 1_000));
  const first = await stagnant(db);
  await fire(db, 2 * DAY);
  expect(await ownerOf(db, first)).toBe("olga");
  await switchOff(db, ["mona", "olga"]);
  const second = await stagnant(db);
  await fire(db, 2 * DAY);
  expect(await ownerOf(db, second)).toBe("dora");
  expect(await allRows(db, "select kind from app_public.exceptions where lead_id = $1", [second])).toEqual([
    { kind: "nobody_available" },
  ]);
});

test("a lead that changes hands takes its follow-up along", async ({ db }) => {
  const leadId = await stagnant(db);
  await attempt(db, "mona", "select app_public.reassign_lead($1, 'dirk')", [leadId]);
  expect(await tasks(db)).toMatchObject([{ owner: "dirk", outcome: null }]);
});

test("while a case holds automation of a lead no rule gives it away", async ({ db }) => {
  const leadId = await stagnant(db);
  await db.query(
    "update app_public.exception_policies set holds_automation = true where kind = 'gate_review'",
  );
  await openCase(db, "gate_review", { leadId });
  expect(await oneValue(db, "select app_private.is_held_by_case($1) as value", [leadId])).toBe(true);
  await fire(db, 2 * DAY);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(
    await oneValue(db, "select app_private.escalate_leads(array[$1::uuid], 'Late.', now()) as value", [
      leadId,
    ]),
  ).toBe(0);
  await db.query("update app_public.exceptions set resolved_at = opened_at, outcome = 'done'");
  expect(
    await oneValue(db, "select app_private.escalate_leads(array[$1::uuid], 'Late.', now()) as value", [
      leadId,
    ]),
  ).toBe(1);
});

/** A lead of Dora's with an open follow-up and no clock of its own. */
async function stagnant(db: Parameters<typeof idleLead>[0]): Promise<string> {
  const leadId = await idleLead(db, "dora", 8 * DAY);
  await db.query("update app_public.clocks set next_at = null where lead_id = $1", [leadId]);
  await sweepStagnant(db);
  return leadId;
}
