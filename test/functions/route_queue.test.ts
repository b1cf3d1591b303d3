import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { openCase } from "../support/cases.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { addRoutingRules } from "../support/routing_rules.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";
import { absent, limitTo } from "../support/staff.ts";

const french = () => ({ attributes: someone({ country: "FR" }) });

test("while nobody is there nothing happens", async ({ db }) => {
  await absent(db, ["felix"]);
  await receive(db, [french()]);
  const before = await everything(db);
  expect(await drainQueue(db, 10)).toBe(0);
  expect(await everything(db)).toEqual(before);
});

test("without a queue nothing happens", async ({ db }) => {
  await receive(db, [french()]);
  expect(await drainQueue(db, 10)).toBe(0);
});

test("who comes back gets the oldest first, as far as there is room", async ({ db }) => {
  await absent(db, ["felix"]);
  const leads = (await receive(db, [french(), french(), french()])).map(({ leadId }) => leadId);
  await felixReturns(db);
  await limitTo(db, "felix", 2);
  expect(await drainQueue(db, 10)).toBe(2);
  expect(await owned(db)).toEqual(leads.slice(0, 2));
  expect(await drainQueue(db, 10)).toBe(0);
});

test("those whose pool is away do not stand before those of another pool or lane, where all live in one territory", async ({
  db,
}) => {
  await addRoutingRules(db, [{ territory: "fr", language: "de", team: "sales-emea" }]);
  await absent(db, ["felix", "mona"]);
  const toMona = { attributes: someone({ country: "FR", language: "de" }) };
  await receiveOne(db, toMona);
  const { leadId: past } = await receiveOne(db, french());
  await db.query("update app_public.leads set is_history = true where id = $1", [past]);
  const { leadId: waiting } = await receiveOne(db, french());
  await db.query(
    "delete from app_public.absences using app_public.actors where actors.id = actor_id and slug = 'felix'",
  );
  expect(await drainQueue(db, 1)).toBe(2);
  expect(await owned(db)).toEqual([past, waiting]);
  expect(await drainQueue(db, 1)).toBe(0);
});

test("what a case holds stays in the queue until the case is closed", async ({ db }) => {
  await absent(db, ["felix"]);
  const { leadId } = await receiveOne(db, french());
  await felixReturns(db);
  await db.query(
    "update app_public.exception_policies set holds_automation = true where kind = 'gate_review'",
  );
  const id = await openCase(db, "gate_review", { leadId, territory: "fr" });
  expect(await drainQueue(db, 10)).toBe(0);
  await db.query("update app_public.exceptions set resolved_at = opened_at, outcome = 'done' where id = $1", [
    id,
  ]);
  expect(await drainQueue(db, 10)).toBe(1);
});

test("the queue's decision is followed by one that assigns, the case is closed and the owner told", async ({
  db,
}) => {
  await absent(db, ["felix"]);
  const { leadId } = await receiveOne(db, french());
  await felixReturns(db);
  const later = await secondsLater(db, 600);
  expect(await drainQueue(db, 10, later)).toBe(1);
  expect(
    await oneRow(
      db,
      `select queued.action as was, successor.action as became, successor.decided_at, successor.superseded_by_id,
              successor.trace_id = queued.trace_id as same_trace, leads.owned_at, leads.routed_at,
              exceptions.outcome, exceptions.resolved_at, notifications.kind
         from app_public.leads
         join app_public.decisions as queued on queued.lead_id = leads.id and queued.superseded_by_id is not null
         join app_public.decisions as successor on successor.id = queued.superseded_by_id
         join app_public.assignments on assignments.decision_id = successor.id
         join app_public.notifications on notifications.event_id = successor.id
         join app_public.exceptions on exceptions.lead_id = leads.id
        where leads.id = $1`,
      [leadId],
    ),
  ).toEqual({
    was: "queue",
    became: "assign",
    decided_at: later,
    superseded_by_id: null,
    same_trace: true,
    owned_at: later,
    routed_at: later,
    outcome: "routed",
    resolved_at: later,
    kind: "lead_assigned",
  });
  expect(await drainQueue(db, 10)).toBe(0);
});

test("every touch that came while the lead waited gets its own decision", async ({ db }) => {
  await absent(db, ["felix"]);
  const arrival = french();
  await receive(db, [arrival, arrival]);
  await felixReturns(db);
  expect(await drainQueue(db, 10)).toBe(1);
  expect(
    await allRows(
      db,
      `select decisions.action, successor.action as became
         from app_public.decisions
         join app_public.decisions as successor on successor.id = decisions.superseded_by_id
        where successor.trace_id = decisions.trace_id order by decisions.inputs ->> 'captureId'`,
    ),
  ).toEqual([
    { action: "queue", became: "assign" },
    { action: "queue", became: "keep_owner" },
  ]);
  expect(await allRows(db, "select from app_public.assignments")).toHaveLength(1);
});

test("leads that nobody can take do not stand before those of another territory", async ({ db }) => {
  await absent(db, ["felix", "uma"]);
  await receive(db, [french(), french(), french()]);
  const american = await receiveOne(db, { attributes: someone({ country: "US" }) });
  await db.query(
    "delete from app_public.absences using app_public.actors where actors.id = actor_id and slug = 'uma'",
  );
  expect(await drainQueue(db, 2)).toBe(1);
  expect(await owned(db)).toEqual([american.leadId]);
});

test("closed leads are no longer in the queue", async ({ db }) => {
  await absent(db, ["felix"]);
  await receive(db, [french()]);
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now()");
  await felixReturns(db);
  expect(await drainQueue(db, 10)).toBe(0);
});

test("who loses the last free place to another worker stays in the queue, its case open", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    const superuser = await connect(database.urls.superuser);
    await absent(superuser, ["felix"]);
    const waiting = await receiveOne(one, french());
    await felixReturns(superuser);
    await limitTo(superuser, "felix", 1);

    const backend = await backendOf(other);
    await one.query("begin");
    await receiveOne(one, french()); // takes the place
    const draining = drainQueue(other, 10);
    await untilItWaits(one, backend);
    await one.query("commit");
    await draining;

    const state = await oneRow(
      superuser,
      `select leads.owner_id, decisions.action, exceptions.resolved_at
         from app_public.leads
         join app_public.decisions on decisions.lead_id = leads.id and decisions.superseded_by_id is null
         join app_public.exceptions on exceptions.lead_id = leads.id where leads.id = $1`,
      [waiting.leadId],
    );
    expect(state).toEqual({ owner_id: null, action: "queue", resolved_at: null });
  } finally {
    await database.drop();
  }
});

async function felixReturns(db: ClientBase): Promise<void> {
  await db.query("delete from app_public.absences");
}

function drainQueue(db: ClientBase, atMost: number, asOf?: Date): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.route_queue(coalesce($1, now()), $2) as value", [asOf, atMost]),
  );
}

function owned(db: ClientBase): Promise<string[]> {
  return allValues(db, "select id as value from app_public.leads where owner_id is not null order by id");
}

async function everything(db: ClientBase): Promise<object[]> {
  const rows: object[] = [];
  for (const table of ["leads", "decisions", "assignments", "exceptions", "notifications", "teams"]) {
    rows.push(...(await allRows(db, `select * from app_public.${table} order by id`)));
  }
  return rows;
}
