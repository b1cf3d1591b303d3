import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { type Drain, makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { type Arrival, someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase } from "../support/database.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";

type Pipeline = { drain: Drain; db: Client; lines: string[] };

/** A database of this test alone, since a drain takes whatever is pending and commits it. */
const test = base.extend("pipeline", async (): Promise<Pipeline> => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const lines: string[] = [];
  const drain = makeDrain({ pool, log: (line) => lines.push(line), batchSize: 20 });
  return { drain, db: await connect(database.urls.superuser), lines };
});

test("pending arrivals are judged and taken through the stages, batch after batch", async ({ pipeline }) => {
  const { drain, db } = pipeline;
  await stageArrivals(db, people(45));
  expect(await drain.run()).toBe(45);
  expect(await statuses(db)).toEqual(["45 lead_created"]);
  expect(await allRows(db, "select from app_public.leads where owner_id is not null")).toHaveLength(45);
});

test("a run that finds nothing does nothing", async ({ pipeline }) => {
  expect(await pipeline.drain.run()).toBe(0);
});

test("a drain that is told to stop ends after the batch under way and leaves the rest pending", async ({
  pipeline,
}) => {
  const { drain, db } = pipeline;
  await stageArrivals(db, people(45));
  const running = drain.run();
  drain.stop();
  expect(await running).toBe(20);
  expect(await allRows(db, "select from app_public.captures where status = 'pending'")).toHaveLength(25);
});

test("what its contract refuses is quarantined beside what it takes", async ({ pipeline }) => {
  const { drain, db } = pipeline;
  await stageArrivals(db, [...people(2), { attributes: { colour: "blue" } }, ...people(2)]);
  await drain.run();
  expect(await statuses(db)).toEqual(["1 contract_violation", "4 lead_created"]);
  const refused = await oneRow<{ violations: object[]; kind: string }>(
    db,
    `select captures.violations, exceptions.kind
       from app_public.exceptions join app_public.captures on captures.id = exceptions.capture_id`,
  );
  expect(refused.kind).toBe("contract_violation");
  expect(refused.violations).toContainEqual(expect.objectContaining({ kind: "extra", path: "/colour" }));
});

test("one that breaks the stages is set apart from its batch, and the others go on", async ({ pipeline }) => {
  const { drain, db, lines } = pipeline;
  await breakOn(db, "Trouble", "XX000");
  const arrivals = people(20);
  arrivals[11] = { attributes: someone({ first_name: "Trouble" }) };
  const ids = await stageArrivals(db, arrivals);
  expect(await drain.run()).toBe(20);

  expect(await statuses(db)).toEqual(["19 lead_created", "1 processing_failed"]);
  const failed = await oneRow(
    db,
    `select exceptions.capture_id, exceptions.kind, exceptions.reason, teams.slug as team from app_public.exceptions
       join app_public.teams on teams.id = owner_team_id`,
  );
  expect(failed).toEqual({
    capture_id: ids[11],
    kind: "processing_failed",
    reason: "processing failed: The pipeline failed on this capture (XX000)",
    team: "operations",
  });
  expect(lines).toEqual([`capture ${ids[11]} was quarantined: the pipeline failed with XX000`]);
  const touches = await allRows(db, "select from app_public.source_events group by capture_id");
  expect(touches).toHaveLength(19);
});

test("one that judging throws on is quarantined without the text of the error, and its neighbors go on", async ({
  pipeline,
}) => {
  const { drain, db, lines } = pipeline;
  // A zone that nothing knows: Intl throws on it, with the zone in the message.
  await db.query("update app_public.territories set time_zone = 'Nowhere/Land' where slug = 'de'");
  const arrivals: Arrival[] = [1, 2, 3].map(() => ({ attributes: someone({ country: "FR" }) }));
  arrivals[1] = { path: "partner-feed", attributes: someone({ occurred_at: "2026-07-01 12:00" }) };
  const ids = await stageArrivals(db, arrivals);
  expect(await drain.run()).toBe(3);

  expect(await statuses(db)).toEqual(["2 lead_created", "1 processing_failed"]);
  expect(lines).toEqual([`capture ${ids[1]} was quarantined: judging it failed with RangeError`]);
  expect(
    await allValues(
      db,
      "select violations as value from app_public.captures where outcome = 'processing_failed'",
    ),
  ).toEqual([[{ kind: "failed", path: "", message: "The pipeline failed on this capture" }]]);
});

test("a contract that no longer compiles holds up its own path alone", async ({ pipeline }) => {
  const { drain, db, lines } = pipeline;
  const breakContracts = `update app_public.contracts set definition = jsonb_set(definition, '{schema,typo}', '1')
      from app_public.capture_paths where capture_paths.id = path_id and slug = 'partner-feed'`;
  await db.query("alter table app_public.contracts disable trigger user");
  await db.query(breakContracts);
  await stageArrivals(db, [...people(2), { path: "partner-feed", attributes: someone() }]);
  expect(await drain.run()).toBe(3);

  expect(await statuses(db)).toEqual(["2 lead_created", "1 processing_failed"]);
  expect(lines).toEqual([
    expect.stringMatching(/^contract \d+ cannot be used: .*"typo"/),
    expect.stringMatching(/^capture \S+ was quarantined: judging it failed with Error$/),
  ]);
});

test("several bad ones are each found", async ({ pipeline }) => {
  const { drain, db } = pipeline;
  await breakOn(db, "Trouble", "22003");
  const arrivals = people(20).map((arrival, n) =>
    n % 7 === 0 ? { attributes: someone({ first_name: "Trouble" }) } : arrival,
  );
  await stageArrivals(db, arrivals);
  await drain.run();
  expect(await statuses(db)).toEqual(["17 lead_created", "3 processing_failed"]);
});

test("what may succeed when it is done again is thrown, and all is still pending", async ({ pipeline }) => {
  const { drain, db, lines } = pipeline;
  await breakOn(db, "Trouble", "40001");
  await stageArrivals(db, [...people(3), { attributes: someone({ first_name: "Trouble" }) }]);
  await expect(drain.run()).rejects.toMatchObject({ code: "40001" });
  expect(await statuses(db)).toEqual(["4 pending"]);
  expect(lines).toEqual([]);

  await db.query("drop trigger break_on on app_public.leads");
  expect(await drain.run()).toBe(4);
  expect(await statuses(db)).toEqual(["4 lead_created"]);
});

test("calls that come while it runs leave nothing behind", async ({ pipeline }) => {
  const { drain, db } = pipeline;
  await stageArrivals(db, people(60));
  const runs = Array.from({ length: 5 }, () => drain.run());
  await stageArrivals(db, people(20));
  runs.push(drain.run());
  const taken = await Promise.all(runs);
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(80);
  expect(await statuses(db)).toEqual(["80 lead_created"]);
});

test("each capture is judged by the contract that was in force when it arrived", async ({ pipeline }) => {
  const { drain, db } = pipeline;
  await stageArrivals(db, [{ path: "desk", attributes: { email: "a@mail.example", country: "DE" } }]);
  await db.query(
    `with next as (
       insert into app_public.contracts (path_id, territory_id, version, definition, published_at)
       select path_id, contracts.territory_id, version + 1,
              jsonb_set(definition, '{schema,properties,email}', '{"type": "integer"}'), now()
         from app_public.contracts join app_public.capture_paths on active_contract_id = contracts.id where slug = 'desk'
       returning id, path_id)
     update app_public.capture_paths set active_contract_id = next.id from next where next.path_id = capture_paths.id`,
  );
  await stageArrivals(db, [{ path: "desk", attributes: { email: "b@mail.example", country: "DE" } }]);
  await drain.run();
  expect(await allValues(db, "select outcome as value from app_public.captures order by id")).toEqual([
    "lead_created",
    "contract_violation",
  ]);
});

function people(count: number): Arrival[] {
  return Array.from({ length: count }, () => ({ attributes: someone() }));
}

/** From here on a lead of that first name cannot be written: a fault of the stages, not of the contract. */
async function breakOn(db: Client, firstName: string, code: string): Promise<void> {
  await db.query(
    `create function app_private.break_on() returns trigger language plpgsql as $$
     begin raise exception 'broken on purpose' using errcode = '${code}'; end $$`,
  );
  await db.query("grant execute on function app_private.break_on() to catchment_worker");
  await db.query(
    `create trigger break_on before insert on app_public.leads for each row
       when (new.first_name = '${firstName}') execute function app_private.break_on()`,
  );
}

function statuses(db: Client): Promise<string[]> {
  return allValues(
    db,
    `select count(*) || ' ' || coalesce(outcome, status) as value from app_public.captures
      group by coalesce(outcome, status) order by coalesce(outcome, status)`,
  );
}
