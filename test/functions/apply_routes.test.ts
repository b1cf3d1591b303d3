import type { ClientBase } from "pg";
import { expect } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import {
  type Arrival,
  asWorker,
  newTraceId,
  receive,
  receiveOne,
  secondsLater,
  someone,
  stageArrivals,
} from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { absent, limitTo } from "../support/staff.ts";

test("the new owner gets the lead, its assignment and word of it", async ({ db }) => {
  const asOf = await secondsLater(db, 5);
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() }, { asOf });
  const row = await oneRow(
    db,
    `select leads.owned_at, leads.routed_at, teams.slug as team, actors.slug as owner, leads.handed_over_at,
            assignments.assigned_at, assignments.ended_at, assignments.trace_id as assignment_trace,
            decisions.trace_id as decision_trace, decisions.revision = app_private.current_revision() as by_this_revision,
            notifications.kind, notifications.recipient_id = leads.owner_id as told_the_owner, notifications.next_attempt_at
       from app_public.leads join app_public.actors on actors.id = leads.owner_id
       join app_public.teams on teams.id = leads.team_id
       join app_public.assignments on assignments.lead_id = leads.id and assignments.owner_id = leads.owner_id
       join app_public.decisions on decisions.id = assignments.decision_id
       join app_public.notifications on notifications.event_id = decisions.id
      where leads.id = $1`,
    [leadId],
  );
  expect(row).toEqual({
    owned_at: asOf,
    routed_at: asOf,
    team: "sales-de",
    owner: "dora",
    handed_over_at: null,
    assigned_at: asOf,
    ended_at: null,
    assignment_trace: traceId,
    decision_trace: traceId,
    by_this_revision: true,
    kind: "lead_assigned",
    told_the_owner: true,
    next_attempt_at: asOf,
  });
});

test("nobody available: the lead waits and its path's execution team has a case", async ({ db }) => {
  await absent(db, ["felix"]);
  const { leadId, traceId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(
    await oneRow(
      db,
      `select exceptions.kind, exceptions.reason, exceptions.lead_id, exceptions.trace_id, teams.slug as team,
              jsonb_array_length(exceptions.details -> 'candidates') as candidates, exceptions.resolved_at
         from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id`,
    ),
  ).toEqual({
    kind: "nobody_available",
    reason: "Queued: nobody of team sales-fr is available.",
    lead_id: leadId,
    trace_id: traceId,
    team: "operations",
    candidates: 1,
    resolved_at: null,
  });
  const lead = await oneRow(
    db,
    "select owner_id, owned_at, routed_at is not null as routed from app_public.leads",
  );
  expect(lead).toEqual({ owner_id: null, owned_at: null, routed: true });
  expect(await allRows(db, "select from app_public.notifications")).toEqual([]);
  expect(await allRows(db, "select from app_public.assignments")).toEqual([]);
});

test("a touch of a waiting lead asks again; who takes it ends the waiting", async ({ db }) => {
  await absent(db, ["felix"]);
  const attributes = someone({ country: "FR" });
  const first = await receiveOne(db, { attributes });
  await db.query("delete from app_public.absences");
  const second = await receiveOne(db, { attributes });
  expect(
    await allRows(
      db,
      `select decisions.trace_id, decisions.action, successor.trace_id as superseded_by
         from app_public.decisions left join app_public.decisions as successor on successor.id = decisions.superseded_by_id
        order by decisions.id`,
    ),
  ).toEqual([
    { trace_id: first.traceId, action: "queue", superseded_by: second.traceId },
    { trace_id: second.traceId, action: "assign", superseded_by: null },
  ]);
  expect(await allValues(db, "select outcome as value from app_public.exceptions")).toEqual(["routed"]);
});

test("a touch that carries the trace of the waiting one is decided too", async ({ db }) => {
  await absent(db, ["felix"]);
  const arrival = { attributes: someone({ country: "FR" }), traceId: newTraceId() };
  await receiveOne(db, arrival);
  await db.query("delete from app_public.absences");
  await receiveOne(db, arrival);
  expect(
    await allRows(
      db,
      `select decisions.action, decisions.superseded_by_id is null as effective, assignments.id is not null as assigned
         from app_public.decisions left join app_public.assignments on assignments.decision_id = decisions.id
        order by decisions.id`,
    ),
  ).toEqual([
    { action: "queue", effective: false, assigned: false },
    { action: "assign", effective: true, assigned: true },
  ]);
});

test("two touches under one trace have one effective decision", async ({ db }) => {
  const arrival = { attributes: someone(), traceId: newTraceId() };
  await receive(db, [arrival, arrival]);
  expect(await allValues(db, "select action as value from app_public.decisions")).toEqual(["assign"]);
});

test("a known lead keeps its owner, by a decision of the touch's own trace and without word", async ({
  db,
}) => {
  const attributes = someone();
  await receiveOne(db, { attributes });
  const touch = await receiveOne(db, { attributes });
  const kept = await oneRow(
    db,
    "select action, owner_id is not null as owned from app_public.decisions where trace_id = $1",
    [touch.traceId],
  );
  expect(kept).toEqual({ action: "keep_owner", owned: true });
  expect(await allRows(db, "select from app_public.notifications")).toHaveLength(1);
  expect(await allRows(db, "select from app_public.assignments")).toHaveLength(1);
});

test("leads of the past get an owner without word, clock or case", async ({ db }) => {
  await absent(db, ["uma"]);
  await receive(db, [{ path: "olist-mql", attributes: { external_id: "a", country: "BR" } }]);
  await receive(db, [{ path: "olist-mql", attributes: { external_id: "b", country: "US" } }]);
  expect(
    await allValues(
      db,
      `select actors.slug as value from app_public.leads left join app_public.actors on actors.id = leads.owner_id
        order by leads.id`,
    ),
  ).toEqual(["bruno", null]);
  for (const table of ["notifications", "clocks", "exceptions"]) {
    expect(await allRows(db, `select from app_public.${table}`)).toEqual([]);
  }
  expect(await allRows(db, "select from app_public.decisions")).toHaveLength(2);
});

test("a second run decides nothing anew", async ({ db }) => {
  await absent(db, ["felix"]);
  const received = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ country: "FR" }) },
    { attributes: someone() },
  ]);
  const everything = async () => [
    await allRows(db, "select * from app_public.decisions order by id"),
    await allRows(db, "select * from app_public.assignments order by id"),
    await allRows(db, "select * from app_public.leads order by id"),
    await allRows(db, "select * from app_public.notifications order by id"),
    await allRows(db, "select * from app_public.exceptions order by id"),
    await allRows(db, "select slug, last_turn from app_public.teams order by id"),
  ];
  const before = await everything();
  const later = await secondsLater(db, 60);
  await asWorker(db, () =>
    db.query("select app_private.apply_routes($1, app_private.current_revision(), $2)", [
      received.map(({ captureId }) => captureId),
      later,
    ]),
  );
  expect(await everything()).toEqual(before);
});

test("one batch of 200 finds the same owners as 200 batches of one", async ({ db }) => {
  await limitTo(db, "dieter", 5);
  await limitTo(db, "dirk", 9);
  await limitTo(db, "felix", 20);
  const countries = ["DE", "DE", "FR", "GB", "US"];
  const arrivals: Arrival[] = Array.from({ length: 200 }, (_, n) => ({
    attributes: { email: `equal-${n % 170}@mail.example`, country: countries[n % countries.length] ?? "DE" },
  }));
  const ownersBy = async (batchSize: number) => {
    await db.query("savepoint trial");
    await receive(db, arrivals, { batchSize });
    const owners = await allRows(
      db,
      `select leads.email, actors.slug, members.last_turn::int from app_public.leads
         left join app_public.actors on actors.id = leads.owner_id
         left join app_public.team_members as members on members.actor_id = actors.id and members.team_id = leads.team_id
        order by 1`,
    );
    await db.query("rollback to savepoint trial");
    return owners;
  };
  const atOnce = await ownersBy(200);
  expect(atOnce).toHaveLength(170);
  expect(await ownersBy(1)).toEqual(atOnce);
});

test("four workers at once give no lead two owners and everybody an equal share", async () => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 12, applicationName: "test" });
  try {
    const db = await connect(database.urls.superuser);
    await db.query("update app_public.team_members set capacity = null");
    await stageArrivals(
      db,
      Array.from({ length: 120 }, (_, n) => ({
        attributes: { email: `crowd-${n % 101}@mail.example`, country: "DE" },
      })),
    );
    const drains = [3, 7, 11, 5].map((batchSize) => makeDrain({ pool, batchSize, log: () => {} }));
    await Promise.all(drains.map((drain) => drain.run()));

    expect(await shares(db)).toEqual([26, 25, 25, 25]);
    const doubles = await allRows(
      db,
      `select from app_public.assignments group by lead_id having count(*) > 1
       union all
       select from app_public.leads left join app_public.assignments on assignments.lead_id = leads.id
        where assignments.owner_id is distinct from leads.owner_id`,
    );
    expect(doubles).toEqual([]);
  } finally {
    await pool.end();
    await database.drop();
  }
});

function shares(db: ClientBase): Promise<number[]> {
  return allValues(
    db,
    "select count(*)::int as value from app_public.leads group by owner_id order by count(*) desc",
  );
}
