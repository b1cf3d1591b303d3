import type { Client } from "pg";
import { expect } from "vitest";
import fireThresholds from "../../src/tasks/fire_thresholds.ts";
import followUp from "../../src/tasks/follow_up.ts";
import watchWork from "../../src/tasks/watch_work.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { attempt, caseOf, fire, openCase, told } from "../support/cases.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { DAY, tasks } from "../support/stagnation.ts";

const HOUR = 3_600;
const TASKS = { fire_thresholds: fireThresholds, follow_up: followUp, watch_work: watchWork };

test("an exception that nobody acknowledges climbs to operations, who solve it; it comes back, and is counted", async ({
  db,
}) => {
  const { leadId } = await quietLead(db);
  const id = await openCase(db, "gate_review", { leadId, path: "partner-feed" });
  for (const hours of [8, 16]) await fire(db, hours * HOUR); // nobody in Germany, nobody in EMEA
  expect(await caseOf(db, id)).toMatchObject({ team: "operations", next: "operations", level: 2 });
  expect(await told(db, "exception_escalated")).toMatchObject([{ recipient: "mona" }, { recipient: "olga" }]);

  expect(await attempt(db, "olga", "select app_public.acknowledge_exception($1)", [id])).toBe("");
  expect(await attempt(db, "olga", "select app_public.comment_exception($1, 'Asked legal.')", [id])).toBe("");
  expect(await attempt(db, "olga", "select app_public.resolve_exception($1, 'allowed')", [id])).toBe("");
  expect(await fire(db, 100 * DAY)).toBe(0);

  expect(await attempt(db, "mona", "select app_public.reopen_exception($1, 'She said no.')", [id])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({ team: "operations", owner: null, reopenings: 1 });
  expect(
    await oneValue(db, "select reopenings::int as value from bi.rework where rule = 'gate_review'"),
  ).toBe(1);

  const story = await allValues<string>(
    db,
    `select stage as value from app_public.story_entries where lead_id = $1 and stage like '%exception' order by at, rank, stage`,
    [leadId],
  );
  expect(new Set(story)).toEqual(new Set(["exception", "escalate exception", "reopen exception"]));
});

test("a lead with which nothing happens: a task, a reminder, then the manager's, by the worker's own jobs", async ({
  db,
}) => {
  const { leadId } = await quietLead(db);
  const sales = await ownerOf(db, leadId);
  await age(db, 7 * DAY);
  await work(db, "follow_up");
  expect(await tasks(db)).toMatchObject([{ owner: sales, title: "Follow-up required for stagnant lead." }]);
  await age(db, DAY);
  await work(db, "fire_thresholds");
  expect(await told(db, "task_overdue")).toMatchObject([{ recipient: sales }]);
  await age(db, DAY);
  await work(db, "fire_thresholds");
  expect(await ownerOf(db, leadId)).toBe("mona");
  expect(await told(db, "lead_stagnant")).toMatchObject([{ recipient: "mona" }]);
  await work(db, "follow_up");
  expect(await tasks(db)).toMatchObject([{ outcome: "escalated" }]); // and no second one
});

test("an approval that nobody decides goes to the fallback, and only one of them decides", async ({ db }) => {
  const { leadId } = await quietLead(db);
  await attempt(db, "mona", "select app_public.reassign_lead($1, 'dora')", [leadId]);
  await attempt(db, "dora", "select app_public.request_approval('dirk', '20 % off', $1)", [leadId]);
  await fire(db, DAY);
  const approval = await oneValue(db, "select id as value from app_public.approvals");
  expect(await attempt(db, "dirk", "select app_public.decide_approval($1, true)", [approval])).toBe("DENID");
  expect(await attempt(db, "mona", "select app_public.decide_approval($1, true)", [approval])).toBe("");
  expect(await told(db, "approval_requested", "approval_overdue", "approval_decided")).toMatchObject([
    { kind: "approval_requested", recipient: "dirk" },
    { kind: "approval_overdue", recipient: "mona" },
    { kind: "approval_decided", recipient: "dora" },
  ]);
  expect(await fire(db, 10 * DAY)).toBe(0);
});

test("messages that nobody sends are seen by the watchdog", async ({ db }) => {
  await quietLead(db);
  await db.query("update app_public.notifications set next_attempt_at = now() - interval '1 hour'");
  await work(db, "watch_work");
  expect(await allRows(db, "select kind from app_public.exceptions")).toEqual([
    { kind: "notifications_unsent" },
  ]);
});

/** A German lead whose own clock is no matter here. */
async function quietLead(db: Client): Promise<{ leadId: string }> {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set next_at = null where lead_id = $1", [leadId]);
  return { leadId };
}

/** So many seconds go by: everything is as much older. */
async function age(db: Client, seconds: number): Promise<void> {
  await db.query(
    `update app_public.leads set last_activity_at = last_activity_at - make_interval(secs => ${seconds}),
            stagnant_at = stagnant_at - make_interval(secs => ${seconds})`,
  );
  await db.query(
    `update app_public.tasks set opened_at = opened_at - make_interval(secs => ${seconds}), due_at = due_at - make_interval(secs => ${seconds})
      where closed_at is null`,
  );
}

async function work(db: Client, task: keyof typeof TASKS): Promise<void> {
  await db.query("select graphile_worker.add_job($1)", [task]);
  await runJobs(db, { [task]: TASKS[task] });
}
