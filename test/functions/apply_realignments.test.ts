import type { Client } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { openCase } from "../support/cases.ts";
import { addPolicy } from "../support/clocks.ts";
import { address, claim } from "../support/outbox.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";
import { addRules } from "../support/territory_rules.ts";

const BERLIN = { country: "DE", postal_code: "10115" };

test("leads move with all that hangs on them, and the old side loses sight in the same moment", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  const clockBefore = await clockOf(db, leadId);
  expect(await seen(db, "dora")).toEqual([1, 1, 1, 1]);
  await toFrance(db);
  expect(await apply(db)).toBe(1);
  expect(await seen(db, "dora")).toEqual([0, 0, 0, 0]);
  expect(await seen(db, "felix")).toEqual([1, 1, 2, 1]);
  expect(await clockOf(db, leadId)).toEqual(clockBefore);
  const elsewhere = await allRows(
    db,
    `select 'captures' as place from app_public.captures where lead_id = $1 and territory_id <> $2
     union all select 'exceptions' from app_public.exceptions where lead_id = $1 and territory_id <> $2
     union all select 'notifications' from app_public.notifications where lead_id = $1 and territory_id <> $2`,
    [leadId, await territoryId(db, "fr")],
  );
  expect(elsewhere).toEqual([]);
});

test("who has no business there gives the lead up, by a decision; the queue there finds another", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await toFrance(db);
  await apply(db);
  const owner = "select owner_id as value from app_public.leads where id = $1";
  expect(await oneValue(db, owner, [leadId])).toBeNull();
  await db.query("select app_private.route_queue($1, 100)", [await secondsLater(db, 90)]);
  expect(await oneValue(db, owner, [leadId])).toBe(await actorId(db, "felix"));
  const reasons = await allRows<{ reason: string; is_past: boolean }>(
    db,
    `select reason, superseded_by_id is not null as is_past from app_public.decisions
      where lead_id = $1 and kind = 'route' order by decided_at, id`,
    [leadId],
  );
  expect(reasons.slice(0, 2)).toEqual([
    { reason: expect.stringContaining("Assigned to dora"), is_past: true },
    { reason: "Moved by a realignment: its owner does not work leads there.", is_past: true },
  ]);
  expect(reasons.at(-1)?.is_past).toBe(false);
  await address(db);
  expect((await claim(db)).map(({ target }) => target)).not.toContain("dora");
});

test("working time is that of where the lead lives now: of its clocks, and of cases that go to other people", async ({
  db,
}) => {
  await addPolicy(db, { slug: "to-the-end", kind: "outcome", target_seconds: 36_000, time: "working" });
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await db.query(
    "update app_public.exception_policies set time = 'working', resolve_seconds = 36000 where kind = 'processing_failed'",
  );
  await openCase(db, "processing_failed", { leadId, territory: "de" });
  await db.query(
    "update app_public.exceptions set owner_team_id = (select id from app_public.teams where slug = 'sales-de') where kind = 'processing_failed'",
  );
  await toFrance(db);
  await apply(db);
  const calendar = "(select slug from app_public.calendars where calendars.id = calendar_id) as calendar";
  const moved = await secondsLater(db, 1);
  const due = async (from: Date, seconds: number) =>
    oneValue(
      db,
      "select app_private.add_working_time(id, $1, $2) as value from app_public.calendars where slug = 'office-fr'",
      [from, seconds],
    );
  const [clock] = await allRows<{ used: string }>(
    db,
    `select ${calendar}, due_at, elapsed_seconds as used from app_public.clocks where lead_id = $1 and kind = 'outcome'`,
    [leadId],
  );
  expect(clock).toMatchObject({
    calendar: "office-fr",
    due_at: await due(moved, 36_000 - Number(clock?.used)),
  });
  expect(
    await allRows(
      db,
      `select ${calendar}, due_at from app_public.exceptions where kind = 'processing_failed'`,
    ),
  ).toEqual([{ calendar: "office-fr", due_at: await due(moved, 36_000) }]);
});

test("who waits because others refused it waits for the pool of where it lies now", async ({ db }) => {
  await absent(db, ["dirk", "doris", "dieter", "mona", "olga", "felix"]);
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await actAs(db, await actorId(db, "dora"));
  await db.query("select app_public.decline_lead($1, 'Not mine')", [leadId]);
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBeNull();
  await toFrance(db);
  expect(await apply(db)).toBe(1);
  await db.query("delete from app_public.absences");
  await asWorker(db, () => db.query("select app_private.pass_on_refused(now(), 100)"));
  expect(await ownerOf(db, leadId)).toBe("felix");
});

test("who may work leads on both sides keeps theirs", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await db.query("update app_public.leads set owner_id = $2 where id = $1", [
    leadId,
    await actorId(db, "mona"),
  ]);
  await toFrance(db);
  await apply(db);
  const lead = await oneRow(
    db,
    `select actors.slug as owner, teams.slug as team from app_public.leads
       join app_public.actors on actors.id = leads.owner_id join app_public.teams on teams.id = leads.team_id`,
  );
  expect(lead).toEqual({ owner: "mona", team: "sales-fr" });
});

test("nothing happens early, to exempt leads, after it was called off, or twice", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await receiveOne(db, { attributes: someone(BERLIN) });
  await toFrance(db, 3_600);
  expect(await apply(db)).toBe(0);
  await db.query("update app_private.realignment_moves set is_exempt = true where lead_id = $1", [leadId]);
  await db.query("savepoint called_off");
  await db.query("update app_private.realignments set cancelled_at = now()");
  expect(await apply(db, 3_600)).toBe(0);
  await db.query("rollback to savepoint called_off");
  expect(await apply(db, 3_600)).toBe(1);
  expect(await apply(db, 3_600)).toBe(0);
  const stays = await oneValue(db, "select territory_id as value from app_public.leads where id = $1", [
    leadId,
  ]);
  expect(stays).toBe(await territoryId(db, "de"));
});

test("a lead that was moved by hand since the preview stays where it was put", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await toFrance(db);
  await db.query("update app_public.leads set territory_id = $2 where id = $1", [
    leadId,
    await territoryId(db, "uk"),
  ]);
  expect(await apply(db)).toBe(0);
});

test("an open case goes to operations who see it there", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(BERLIN) });
  await db.query(
    `insert into app_public.exceptions (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
     select leads.territory_id, 'processing_failed', 'By hand', leads.id, teams.id, teams.id, 'x', now(), now() + interval '1 hour'
       from app_public.leads, app_public.teams where leads.id = $1 and teams.slug = 'sales-de'`,
    [leadId],
  );
  await toFrance(db);
  await apply(db);
  const team = await oneValue(
    db,
    "select teams.slug as value from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id",
  );
  expect(team).toBe("operations");
});

test("decide_realignment: closed, merged and unmatched leads stay; so does what its contract's own rule placed", async ({
  db,
}) => {
  const closed = await receiveOne(db, { attributes: someone(BERLIN) });
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now() where id = $1", [
    closed.leadId,
  ]);
  const unmatched = await receiveOne(db, { attributes: someone({ country: "DE" }) });
  const own = await receiveOne(db, { attributes: someone(BERLIN) });
  await db.query(`update app_public.captures set located_by = '{"contractRule": 1}' where lead_id = $1`, [
    own.leadId,
  ]);
  const open = await receiveOne(db, { attributes: someone(BERLIN) });
  const revision = await addRules(db, [{ territory: "fr", country: "DE", postal_prefix: "1" }]);
  const decide = "select lead_id, keeps_owner from app_private.decide_realignment($1, $2, $3)";
  const boundary = await territoryId(db, "global");
  expect(await allRows(db, decide, [boundary, revision, false])).toEqual([
    { lead_id: open.leadId, keeps_owner: false },
  ]);
  const all = await allRows<{ lead_id: string }>(db, decide, [boundary, revision, true]);
  expect(all.map(({ lead_id }) => lead_id).sort()).toEqual([closed.leadId, open.leadId].sort());
  expect(all.map(({ lead_id }) => lead_id)).not.toContain(unmatched.leadId);
});

test("schedule_realignment: a boundary has one at a time, and none where nothing would move", async ({
  db,
}) => {
  const boundary = await territoryId(db, "global");
  const schedule =
    "select app_private.schedule_realignment($1, app_private.current_revision(), false, now(), now()) as value";
  expect(await oneValue(db, schedule, [boundary])).toBeNull();
  await receiveOne(db, { attributes: someone(BERLIN) });
  await toFrance(db);
  expect(await refusalOf(db, schedule, [boundary])).toBe("23505");
});

/** A revision that gives Berlin to France, and the realignment that it makes due after so many seconds. */
async function toFrance(db: Client, seconds = 0): Promise<void> {
  const revision = await addRules(db, [{ territory: "fr", country: "DE", postal_prefix: "1" }]);
  await db.query(
    "select app_private.schedule_realignment($1, $2, false, now() + make_interval(secs => $3), now())",
    [await territoryId(db, "global"), revision, seconds],
  );
}

async function apply(db: Client, seconds = 0): Promise<number> {
  return oneValue(db, "select app_private.apply_realignments($1) as value", [
    await secondsLater(db, seconds + 1),
  ]);
}

/** How many leads, source events, decisions and clocks somebody sees. */
async function seen(db: Client, slug: string): Promise<number[]> {
  await actAs(db, await actorId(db, slug));
  const counts = await oneValue<number[]>(
    db,
    `select array[(select count(*) from app_public.leads), (select count(*) from app_public.source_events),
                  (select count(*) from app_public.decisions), (select count(*) from app_public.clocks)]::int[] as value`,
  );
  await stopActing(db);
  return counts;
}

async function clockOf(db: Client, leadId: string): Promise<object> {
  return oneRow(
    db,
    "select started_at, due_at, next_at, stopped_at, policy_id from app_public.clocks where lead_id = $1",
    [leadId],
  );
}
