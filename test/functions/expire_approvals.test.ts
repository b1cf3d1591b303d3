import type { Client } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { attempt, clocksOf, fire, openCase, told } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { switchOff } from "../support/staff.ts";
import { DAY } from "../support/stagnation.ts";

const REQUEST = "select app_public.request_approval($1, $2, $3, $4)";
const DECIDE = "select app_public.decide_approval($1, $2, $3)";

test("a rep asks, the manager answers, the rep hears of it", async ({ db }) => {
  const { leadId } = await ownLead(db);
  expect(await attempt(db, "dora", REQUEST, ["mona", "20 % off", leadId, null])).toBe("");
  expect(await attempt(db, "dora", REQUEST, ["mona", "20 % off", leadId, null])).toBe(""); // a second click
  const [approval, ...others] = await approvals(db);
  expect(others).toEqual([]);
  expect(approval).toMatchObject({ approver: "mona", former: null, decision: null, due: DAY });
  expect(await clocksOf(db, approval?.id ?? "")).toEqual({ approval: DAY });
  expect(await attempt(db, "mona", DECIDE, [approval?.id, false, "Too much."])).toBe("");
  expect(await attempt(db, "mona", DECIDE, [approval?.id, true, ""])).toBe("STATE");
  expect(await approvals(db)).toMatchObject([{ decision: "refused" }]);
  expect(await clocksOf(db, approval?.id ?? "")).toEqual({});
  expect(await told(db, "approval_requested", "approval_decided")).toEqual([
    {
      kind: "approval_requested",
      recipient: "mona",
      text: `dora asks you to approve something: /?approval=${approval?.id}`,
    },
    {
      kind: "approval_decided",
      recipient: "dora",
      text: `What you asked for was refused: /?approval=${approval?.id}`,
    },
  ]);
});

test("who lets the time go by is passed over: it is the fallback's, who is told, and that is kept", async ({
  db,
}) => {
  const { leadId } = await ownLead(db);
  await attempt(db, "dora", REQUEST, ["dirk", "20 % off", leadId, null]);
  const [asked] = await approvals(db);
  expect(await fire(db, DAY - 1)).toBe(0);
  expect(await fire(db, DAY)).toBe(1);
  expect(await fire(db, DAY)).toBe(0);
  expect(await approvals(db)).toMatchObject([
    { approver: "mona", former: "dirk", timeouts: 1, due: 2 * DAY },
  ]);
  expect(await told(db, "approval_overdue")).toEqual([
    {
      kind: "approval_overdue",
      recipient: "mona",
      text: `dora asks for an approval that nobody decided in time. It is yours now: /?approval=${asked?.id}`,
    },
  ]);
  expect(await attempt(db, "dirk", DECIDE, [asked?.id, true, ""])).toBe("DENID");
  expect(await attempt(db, "mona", DECIDE, [asked?.id, true, ""])).toBe("");
});

test("the fallback is never who asked; is nobody else there, it stays and is due again", async ({ db }) => {
  const { leadId } = await ownLead(db);
  await attempt(db, "mona", REQUEST, ["dora", "20 % off", leadId, null]);
  await fire(db, DAY);
  expect(await approvals(db)).toMatchObject([{ approver: "olga", former: "dora" }]);
  await switchOff(db, ["olga"]);
  await db.query(
    "update app_public.actors set is_active = false where slug in ('dora', 'dirk', 'doris', 'dieter')",
  );
  await fire(db, 2 * DAY);
  expect(await approvals(db)).toMatchObject([{ approver: "olga", timeouts: 2, due: 3 * DAY }]);
});

test("an approval about what is over by now is withdrawn", async ({ db }) => {
  const { leadId } = await ownLead(db);
  const caseId = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", REQUEST, ["mona", "Close it.", null, caseId]);
  await attempt(db, "dora", REQUEST, ["mona", "20 % off", leadId, null]);
  await attempt(db, "dora", "select app_public.resolve_exception($1, 'done')", [caseId]);
  await db.query("update app_public.leads set closed_at = now(), status = 'closed_lost'");
  expect(await fire(db, DAY)).toBe(2);
  expect((await approvals(db)).map(({ decision }) => decision)).toEqual(["withdrawn", "withdrawn"]);
});

test("require_subject, require_approval: nobody asks or answers oneself, not even an admin; and no approver is hidden behind an answer", async ({
  db,
}) => {
  const { leadId } = await ownLead(db);
  expect(await attempt(db, "dora", REQUEST, ["dora", "20 % off", leadId, null])).toBe("BADIN");
  expect(await attempt(db, "dora", REQUEST, ["mona", " ", leadId, null])).toBe("BADIN");
  for (const who of ["nina", "uma", "vera", "partner", "no-such-person"]) {
    expect([who, await attempt(db, "dora", REQUEST, [who, "20 % off", leadId, null])]).toEqual([
      who,
      "NFUND",
    ]);
  }
  const caseId = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await attempt(db, "dora", REQUEST, ["mona", "Which?", leadId, caseId])).toBe("BADIN");
  expect(await attempt(db, "ada", REQUEST, ["mona", "20 % off", leadId, null])).toBe("");
  const [approval] = await approvals(db);
  expect(await attempt(db, "ada", DECIDE, [approval?.id, true, ""])).toBe("DENID");
  expect(await attempt(db, "mona", DECIDE, [approval?.id, null, ""])).toBe("BADIN");
});

async function ownLead(db: Client): Promise<{ leadId: string }> {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set next_at = null");
  await db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'dora')",
  );
  return { leadId };
}

function approvals(db: Client) {
  return allRows<{ id: string; decision: string | null }>(
    db,
    `select approvals.id, now_asked.slug as approver, former.slug as former, decision, timeouts,
            extract(epoch from due_at - now())::int as due
       from app_public.approvals
       join app_public.actors as now_asked on now_asked.id = approver_id
       left join app_public.actors as former on former.id = former_approver_id
      order by approvals.id`,
  );
}

test("who may do what is asked of anybody by name", async ({ db }) => {
  const may = (who: string, action: string, team: string | null) =>
    oneValue(
      db,
      `select app_private.may_do(actors.id, $2, territories.id, (select id from app_public.teams where slug = $3)) as value
         from app_public.actors, app_public.territories where actors.slug = $1 and territories.slug = 'de'`,
      [who, action, team],
    );
  expect(await may("dora", "handle_exception", "sales-de")).toBe(true);
  expect(await may("dora", "handle_exception", "operations")).toBe(false);
  expect(await may("felix", "handle_exception", "sales-de")).toBe(false);
  expect(await may("vera", "decide_approval", null)).toBe(false);
  expect(await may("mona", "decide_approval", null)).toBe(true);
});
