import { setTimeout as pause } from "node:timers/promises";
import type { Client, Pool } from "pg";
import { expect, onTestFinished } from "vitest";
import type { Contract } from "../../src/contracts/contract.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { type JudgeChoice, loadJudges } from "../../src/pipeline/judges.ts";
import { type Rehearsal, rehearse } from "../../src/pipeline/rehearse.ts";
import { makePool, withClient } from "../../src/postgres/pools.ts";
import { type Arrival, someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase } from "../support/database.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";

type Site = {
  db: Client;
  pool: Pool;
  arrive: (arrivals: Arrival[]) => Promise<void>;
  rehearse: (choice?: JudgeChoice, options?: Partial<Rehearsal>) => ReturnType<typeof rehearse>;
};

const test = base.extend("site", makeSite);

async function makeSite(): Promise<Site> {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  const reader = makePool(database.urls.worker, { max: 1, applicationName: "rehearsal" });
  onTestFinished(async () => {
    await Promise.all([pool.end(), reader.end()]);
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  return {
    db,
    pool,
    arrive: async (arrivals) => {
      await stageArrivals(db, arrivals);
      await makeDrain({ pool, log: () => {} }).run();
    },
    rehearse: async (choice = { by: "active" }, options = {}) => {
      const judges = await withClient(reader, (client) => loadJudges(client, choice));
      return rehearse(reader, { filter: {}, judges, revision: null, ...options });
    },
  };
}

const NONE = {
  newlyAccepted: 0,
  newlyQuarantined: 0,
  reasons: [],
  territories: [],
  owners: [],
  scores: { higher: 0, lower: 0, examples: [] },
};

test("what nothing has changed for has no difference, whatever people did since", async ({ site }) => {
  const known = someone({ country: "FR" });
  await site.arrive([...people(8), { attributes: known }, { attributes: someone({ colour: "blue" }) }]);
  await site.arrive([{ attributes: known }]);
  await site.db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'mona')",
  );
  const result = await site.rehearse();
  expect(result).toEqual({
    captures: 11,
    noLeads: 0,
    ...NONE,
    load: [{ owner: "mona", before: 9, after: 9 }],
  });
});

test("a contract that takes more: who would be a lead, and whose", async ({ site }) => {
  const blue = someone({ colour: "blue" });
  await site.arrive([...people(2), { attributes: blue }, { attributes: blue }]);
  await publishNext(site.db, "web-form", COLOUR);
  const { load, ...rest } = await site.rehearse();
  expect(rest).toEqual({ captures: 4, noLeads: 0, ...NONE, newlyAccepted: 2 });
  // One person, though refused twice; next in turn behind the two who got one.
  expect(load).toEqual([
    { owner: "dirk", before: 1, after: 1 },
    { owner: "dora", before: 1, after: 1 },
    { owner: "doris", before: 0, after: 1 },
  ]);
});

test("a contract that takes less, in a version and in a file that is not applied yet", async ({ site }) => {
  await site.arrive([...people(2), { attributes: { phone: "+4930901820", country: "DE" } }]);
  const at = "{schema,required}";
  await publishNext(site.db, "web-form", { at, value: ["email"], isActive: false });
  const version = await oneValue<number>(site.db, "select max(version) as value from app_public.contracts");
  const expected = { newlyQuarantined: 1, reasons: [{ violation: "missing /email", captures: 1 }] };
  const refused = await site.rehearse({ by: "version", path: "web-form", version });
  expect(refused).toMatchObject(expected);
  expect(refused.load.reduce((sum, { after }) => sum + after, 0)).toBe(2);

  const active = await withClient(site.pool, (client) => loadJudges(client, { by: "active" }));
  const contract = active.get("web-form")?.contract;
  if (contract === undefined) throw new Error("There is no contract of web-form.");
  const draft: Contract = { ...contract, schema: { ...contract.schema, required: ["email"] } };
  const drafted = await site.rehearse({ by: "draft", contracts: new Map([["web-form", draft]]) });
  expect(drafted).toMatchObject(expected);
});

test("rules of another revision: other territories with their owners, other scores", async ({ site }) => {
  await site.arrive([...people(3), { attributes: someone({ country: "FR" }) }]);
  const revision = await nextRevision(site.db, { country: "DE", territory: "fr", points: 7 });
  const result = await site.rehearse({ by: "active" }, { revision });
  expect(result.territories).toEqual([{ from: "de", to: "fr", captures: 3 }]);
  expect(result.owners.map(({ from, to }) => [from, to]).sort()).toEqual([
    ["dirk", "felix"],
    ["dora", "felix"],
    ["doris", "felix"],
  ]);
  expect(result.scores.higher + result.scores.lower).toBe(4);
  expect(result.load).toContainEqual({ owner: "felix", before: 1, after: 4 });
  expect(await site.rehearse({ by: "active" }, { revision: revision - 1 })).toMatchObject(NONE);
});

test("chunk by chunk the deal goes on where it was", async ({ site }) => {
  await site.arrive(people(8).map(({ attributes }) => ({ attributes: { ...attributes, colour: "blue" } })));
  await publishNext(site.db, "web-form", COLOUR);
  const { load } = await site.rehearse({ by: "active" }, { chunkSize: 3 });
  expect(load.map(({ after }) => after)).toEqual([2, 2, 2, 2]);
});

test("a filter says which: by path, time, outcome and number", async ({ site }) => {
  await site.arrive([
    ...people(3),
    { path: "desk", attributes: someone() },
    { attributes: someone({ colour: "x" }) },
  ]);
  const count = async (filter: Rehearsal["filter"]) =>
    (await site.rehearse({ by: "active" }, { filter })).captures;
  expect(await count({ path: "desk" })).toBe(1);
  expect(await count({ kind: "contract_violation" })).toBe(1);
  expect(await count({ violation: "extra", path: "web-form" })).toBe(1);
  expect(await count({ limit: 2 })).toBe(2);
  expect(await count({ since: new Date(Date.now() - 3_600_000) })).toBe(5);
  expect(await count({ until: new Date(Date.now() - 3_600_000) })).toBe(0);
  const ids = await allValues<string>(
    site.db,
    "select id as value from app_public.captures order by id limit 2",
  );
  expect(await count({ ids })).toBe(2);
});

test("5,000 rehearsed while the same people arrive: they become what they would have become, and nothing is locked or written", async ({
  site,
}) => {
  const quiet = await makeSite();
  const past = people(5_000);
  const live = [...past.slice(0, 1_500), ...people(500)];
  for (const { db, arrive } of [site, quiet]) {
    await db.query("update app_public.team_members set capacity = null");
    await arrive(past);
  }
  await publishNext(site.db, "web-form", { ...COLOUR, isActive: false });
  await publishNext(quiet.db, "web-form", { ...COLOUR, isActive: false });

  const isOver = { rehearsal: false, arrivals: false };
  const version = await oneValue<number>(
    site.db,
    "select max(version) as value from app_public.contracts join app_public.capture_paths on path_id = capture_paths.id where slug = 'web-form'",
  );
  const rehearsing = site
    .rehearse({ by: "version", path: "web-form", version }, { filter: { limit: 5_000 } })
    .finally(() => {
      isOver.rehearsal = true;
    });
  const watching = watchLocks(site.db, () => isOver.rehearsal);
  const arriving = inPortions(live, 100, site.arrive).finally(() => {
    isOver.arrivals = true;
  });
  const [result, locks] = await Promise.all([rehearsing, watching, arriving]);
  await inPortions(live, 100, quiet.arrive);

  expect(result).toMatchObject({ captures: 5_000, ...NONE });
  expect(locks).toEqual(["relation AccessShareLock", "virtualxid ExclusiveLock"]);
  expect(await whatBecame(site.db)).toEqual(await whatBecame(quiet.db));
});

test("the deciding functions write nothing, not even a transaction id", async ({ site }) => {
  await site.arrive(people(3));
  await site.db.query("begin");
  await site.db.query(
    `select count(*) from app_private.rehearse_captures(
       (select jsonb_agg(jsonb_build_object('id', id, 'attributes', attributes, 'rules', '[]'::jsonb)) from app_public.captures),
       app_private.current_revision(), now())`,
  );
  expect(await oneValue(site.db, "select pg_current_xact_id_if_assigned() as value")).toBe(null);
  await site.db.query("rollback");
});

function people(count: number): Arrival[] {
  return Array.from({ length: count }, () => ({ attributes: someone() }));
}

async function inPortions(
  arrivals: Arrival[],
  size: number,
  work: (some: Arrival[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < arrivals.length; from += size) await work(arrivals.slice(from, from + size));
}

/** Every kind of lock that the rehearsal's session was seen with. Throws when it was seen to write. */
async function watchLocks(db: Client, isOver: () => boolean): Promise<string[]> {
  const seen = new Set<string>();
  while (!isOver()) {
    const rows = await allRows<{ lock: string; writes: boolean }>(
      db,
      `select pg_locks.locktype || ' ' || pg_locks.mode as lock, sessions.backend_xid is not null as writes
         from pg_stat_activity as sessions join pg_locks on pg_locks.pid = sessions.pid
        where sessions.application_name = 'rehearsal' and sessions.datname = current_database()`,
    );
    if (rows.some(({ writes }) => writes)) throw new Error("The rehearsal has a transaction id: it writes.");
    for (const { lock } of rows) seen.add(lock);
    await pause(5);
  }
  return [...seen].sort();
}

/** Without ids and instants: people in order, how the work was dealt, and how much of everything there is. */
async function whatBecame(db: Client): Promise<unknown> {
  return {
    leads: await allRows(
      db,
      `select leads.email, territories.slug as territory, leads.score, count(source_events.id)::int as touches
         from app_public.leads join app_public.territories on territories.id = leads.territory_id
         join app_public.source_events on source_events.lead_id = leads.id group by 1, 2, 3 order by 1`,
    ),
    load: await allRows(db, "select owner_id, count(*)::int from app_public.leads group by 1 order by 1"),
    counts: await oneRow(
      db,
      `select (select count(*)::int from app_public.decisions) as decisions,
              (select count(*)::int from app_public.assignments) as assignments,
              (select count(*)::int from app_public.clocks) as clocks,
              (select count(*)::int from app_public.notifications) as notifications,
              (select count(*)::int from app_public.exceptions) as exceptions,
              (select count(*)::int from app_private.lead_identities) as identities,
              (select count(*)::int from app_private.audit_entries where entity <> 'contracts') as audited`,
    ),
  };
}

/** The next revision: the same territory rules with one country elsewhere, and one score for everybody. */
async function nextRevision(
  db: Client,
  { country, territory, points }: { country: string; territory: string; points: number },
): Promise<number> {
  const revision = await oneValue<number>(
    db,
    `insert into app_public.revisions (digest, applied_by, applied_at) values ('test', 'test', now()) returning id as value`,
  );
  await db.query(
    `insert into app_public.territory_rules (revision, territory_id, boundary_id, position, country, postal_prefix, source, condition)
     select $1, case when country = $2 then (select id from app_public.territories where slug = $3) else territory_id end,
            boundary_id, position, country, postal_prefix, source, condition
       from app_public.territory_rules where revision = $1 - 1`,
    [revision, country, territory],
  );
  await db.query(
    `insert into app_public.scoring_rules (revision, territory_id, position, points, reason, condition)
     select $1, id, 1, $2, 'Everybody', 'exists($.email)' from app_public.territories where parent_id is null`,
    [revision, points],
  );
  return revision;
}
