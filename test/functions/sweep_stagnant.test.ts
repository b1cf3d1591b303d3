import type { Client } from "pg";
import { expect } from "vitest";
import { actAsWorker } from "../support/act_as.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { attempt, clocksOf, told } from "../support/cases.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { DAY, idleLead, sweepStagnant, tasks } from "../support/stagnation.ts";

test("after seven days without activity the owner has a follow-up, due in a day, and hears of it", async ({
  db,
}) => {
  const leadId = await idleLead(db, "dora", 7 * DAY);
  expect(await sweepStagnant(db, -1)).toBe(0);
  expect(await sweepStagnant(db)).toBe(1);
  expect(await sweepStagnant(db)).toBe(0);
  const [task, ...others] = await tasks(db);
  expect(others).toEqual([]);
  expect(task).toMatchObject({
    owner: "dora",
    title: "Follow-up required for stagnant lead.",
    outcome: null,
    due: DAY,
  });
  expect(await clocksOf(db, task?.id ?? "")).toEqual({ task: DAY });
  expect(await told(db, "task_opened")).toEqual([
    {
      kind: "task_opened",
      recipient: "dora",
      text: `Follow-up required for stagnant lead. /?lead=${leadId}`,
    },
  ]);
});

test("the nearest territory that says so decides how long", async ({ db }) => {
  await db.query(
    `update app_public.territories set stagnant_seconds = case slug when 'global' then 86400 when 'emea' then 172800 end,
            follow_up_seconds = case slug when 'de' then 3600 end, approval_seconds = case slug when 'global' then 60 end`,
  );
  await idleLead(db, "dora", 2 * DAY - 60);
  expect(await sweepStagnant(db)).toBe(0);
  expect(await sweepStagnant(db, 60)).toBe(1);
  expect(await tasks(db)).toMatchObject([{ due: 3_660 }]);
  expect(
    await oneRow(
      db,
      `select patience.* from app_public.territories cross join lateral app_private.patience_of(id) as patience where slug = 'us'`,
    ),
  ).toEqual({
    stagnant_seconds: 86_400,
    follow_up_seconds: 86_400,
    approval_seconds: 60,
    handover_seconds: 1_800,
  });
});

test("a lead of two years ago is found like one of last week", async ({ db }) => {
  await idleLead(db, "dora", 730 * DAY);
  expect(await sweepStagnant(db)).toBe(1);
});

for (const [what, change] of [
  ["that are qualified", "status = 'qualified'"],
  ["that are closed", "closed_at = now(), status = 'closed_lost'"],
  ["that nobody owns", "owner_id = null, owned_at = null"],
  ["of the past", "is_history = true"],
  ["that are tests", "is_test = true"],
  ["held by the gate", "held_at = now()"],
] as const) {
  test(`leads ${what} do not stagnate`, async ({ db }) => {
    await idleLead(db, "dora", 8 * DAY);
    await db.query(`update app_public.leads set ${change}`);
    expect(await sweepStagnant(db)).toBe(0);
  });
}

test("contacted and attempting count; what is done with a lead is activity, also when a system tells it", async ({
  db,
}) => {
  const leadId = await idleLead(db, "dora", 8 * DAY);
  await db.query("update app_public.leads set status = 'contacted'");
  expect(await attempt(db, "dora", "select app_public.log_activity($1, 'call')", [leadId])).toBe("");
  expect(await sweepStagnant(db)).toBe(0);
});

test("a change of status by a rule leaves the instant of the last activity alone", async ({ db }) => {
  const leadId = await idleLead(db, "dora", 8 * DAY);
  const change = (actor: string | null) =>
    asWorker(db, () =>
      db.query(
        `select app_private.change_statuses(array[row(uuidv7(), leads.id, (select id from app_public.actors where slug = $2), 'status_change',
           false, null, 'contacted', now(), null, leads.trace_id)::app_private.activity], now()) from app_public.leads where leads.id = $1`,
        [leadId, actor],
      ),
    );
  await change(null);
  expect(await sweepStagnant(db)).toBe(1);
  await db.query("update app_public.leads set stagnant_at = null");
  await change("dora");
  expect(await sweepStagnant(db)).toBe(0);
});

test("what somebody did ends the follow-up by itself, and so does a lead that is closed", async ({ db }) => {
  const called = await idleLead(db, "dora", 8 * DAY);
  const closed = await idleLead(db, "dora", 8 * DAY);
  await idleLead(db, "dora", 8 * DAY);
  expect(await sweepStagnant(db, -60)).toBe(3);
  await attempt(db, "dora", "select app_public.log_activity($1, 'call')", [called]);
  await db.query("update app_public.leads set closed_at = now(), status = 'closed_lost' where id = $1", [
    closed,
  ]);
  const settle = () => asWorker(db, () => oneValue(db, "select app_private.settle_tasks(now()) as value"));
  expect(await settle()).toBe(2);
  expect(await settle()).toBe(0);
  expect((await tasks(db)).map(({ outcome }) => outcome)).toEqual(["activity", "closed", null]);
});

test("who still does nothing is asked again after as long", async ({ db }) => {
  await idleLead(db, "dora", 8 * DAY);
  await sweepStagnant(db);
  await db.query("update app_public.tasks set closed_at = now(), outcome = 'escalated'");
  expect(await sweepStagnant(db, 7 * DAY - 1)).toBe(0);
  expect(await sweepStagnant(db, 7 * DAY)).toBe(1);
});

test("workers at once share the leads: each is found by one, and what a dead one had by the next", async ({
  database,
}) => {
  const root = await connect(database.urls.superuser);
  for (let n = 0; n < 30; n += 1) await idleLead(root, "dora", 8 * DAY);
  const asOf = await secondsLater(root, 0);
  const find = (worker: Client) =>
    oneValue<number>(worker, "select app_private.sweep_stagnant($1, 10) as value", [asOf]);
  const [dying, ...living] = await Promise.all([1, 2, 3].map(() => connect(database.urls.worker)));
  if (dying === undefined) throw new Error("There is no worker.");
  await dying.query("begin");
  expect(await find(dying)).toBe(10);
  const found = await Promise.all(living.map(find)); // beside it, without waiting
  expect(found).toEqual([10, 10]);
  await dying.query("rollback"); // it was killed
  const rest = await Promise.all(living.map(find));
  expect(rest.reduce((sum, size) => sum + size, 0)).toBe(10);
  const open = await allRows(root, "select lead_id from app_public.tasks where closed_at is null");
  expect(new Set(open.map(({ lead_id }) => lead_id)).size).toBe(30);
  expect(open).toHaveLength(30);
});

test("it reads the index of idle leads, not the leads", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await actAsWorker(db);
  await db.query("set local enable_seqscan = off");
  const { rows } = await db.query<{ "QUERY PLAN": string }>(
    `explain select leads.id from app_public.leads
      where leads.territory_id = 1 and greatest(leads.last_activity_at, leads.stagnant_at) <= now()
        and leads.status in ('new', 'attempting_to_contact', 'contacted') and leads.owner_id is not null and leads.closed_at is null
        and leads.merged_into_id is null and leads.held_at is null and not leads.is_history and not leads.is_test
      order by greatest(leads.last_activity_at, leads.stagnant_at) limit 10`,
  );
  expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("leads_idle");
});
