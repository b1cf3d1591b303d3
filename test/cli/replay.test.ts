import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";
import { publishNext } from "../support/next_contract.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

type Site = {
  database: TestDatabase;
  db: Client;
  arrive: (...bodies: Record<string, string | number>[]) => Promise<void>;
};

const test = base.extend("site", async (): Promise<Site> => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  return {
    database,
    db,
    arrive: async (...bodies) => {
      await stageArrivals(
        db,
        bodies.map((attributes) => ({ attributes })),
      );
      await makeDrain({ pool, log: () => {} }).run();
    },
  };
});

/** From the next version on, what stood in the message is the city, and a campaign has a name. */
async function readMore(db: Client): Promise<void> {
  await publishNext(db, "web-form", { at: "{mapping,city}", value: "message" });
  await publishNext(db, "web-form", { at: "{mapping,click_id}", value: "utm_term" });
}

test("what is read now and was not then fills blanks, and nothing else happens; twice is once", async ({
  site,
}) => {
  const { database, db, arrive } = site;
  await arrive(
    someone({ message: "Berlin", utm_term: "pumps", utm_campaign: "spring" }),
    someone({ message: "Hamburg", colour: "blue" }),
  );
  const before = await happened(db);
  await readMore(db);
  await publishNext(db, "web-form", { at: "{schema,properties,colour}", value: { type: "string" } });
  const replay = () => catchment(["replay", "--path", "web-form", "--json"], preparedEnv(database));

  expect(JSON.parse((await replay()).stdout)).toMatchObject({
    looked: 1,
    changed: 1,
    keptAsRefused: 0,
    quarantine: { looked: 1, released: 1, refused: 0, pending: 0 },
  });
  expect(
    await allRows(db, "select city, owner_id is not null as owned from app_public.leads order by id"),
  ).toEqual([
    { city: "Berlin", owned: true },
    { city: "Hamburg", owned: true },
  ]);
  expect(
    await allRows(db, "select campaign, click_id from app_public.source_events order by id limit 1"),
  ).toEqual([{ campaign: "spring", click_id: "pumps" }]);
  const after = await happened(db);
  // One lead more, out of quarantine, with what belongs to it; the first has got nothing a second time.
  expect(after).toEqual({
    leads: 2,
    touches: 2,
    decisions: Number(before.decisions) + 1,
    assignments: Number(before.assignments) + 1,
    notifications: Number(before.notifications) + 1,
    clocks: Number(before.clocks) + 1,
    escalations: 0,
  });

  const rows = await everyRow(db);
  expect(JSON.parse((await replay()).stdout)).toMatchObject({
    looked: 2,
    changed: 0,
    quarantine: { looked: 0 },
  });
  expect(await everyRow(db)).toEqual(rows);
});

test("what a person put into the lead stays, and so do owner and territory", async ({ site }) => {
  const { database, db, arrive } = site;
  await arrive(someone({ message: "Berlin" }));
  await db.query(
    `update app_public.leads set owner_id = (select id from app_public.actors where slug = 'mona')`,
  );
  await db.query(
    `select app_private.write_edits(leads, '{"city": "Potsdam"}', null, now()) from app_public.leads`,
  );
  await readMore(db);
  await catchment(["replay", "--all"], preparedEnv(database));
  expect(
    await oneRow(
      db,
      `select leads.city, actors.slug as owner, captures.attributes ->> 'city' as said
         from app_public.leads join app_public.actors on actors.id = owner_id
         join app_public.captures on captures.lead_id = leads.id`,
    ),
  ).toEqual({ city: "Potsdam", owner: "mona", said: "Berlin" });
});

test("what would be refused now keeps what it became", async ({ site }) => {
  const { database, db, arrive } = site;
  await arrive(someone({ message: "Berlin" }));
  await publishNext(db, "web-form", { at: "{schema,required}", value: ["phone"] });
  const rows = await everyRow(db);
  const { stdout } = await catchment(["replay", "--all", "--json"], preparedEnv(database));
  expect(JSON.parse(stdout)).toMatchObject({ looked: 1, changed: 0, keptAsRefused: 1 });
  expect(await everyRow(db)).toEqual(rows);
});

test("a new key of a lead is known from then on; one that somebody else has stays theirs", async ({
  site,
}) => {
  const { database, db, arrive } = site;
  await arrive(someone({ message: "+4930901820" }), someone({ message: "+4930901821" }), {
    phone: "+49 30 901821",
    country: "DE",
  });
  await publishNext(db, "web-form", { at: "{mapping,phone}", value: ["phone", "message"] });
  await catchment(["replay", "--all"], preparedEnv(database));
  await arrive({ phone: "030 901820", country: "DE" }, { phone: "030 901821", country: "DE" });
  expect(
    await allValues(
      db,
      "select count(*)::int as value from app_public.source_events group by lead_id order by lead_id",
    ),
  ).toEqual([2, 1, 2]);
});

test("what no territory takes is not told as taken, before or after", async ({ site }) => {
  const { database, arrive } = site;
  await arrive(someone({ country: "JP" }));
  const run = (...words: string[]) => catchment(words, preparedEnv(database));
  const foretold = await run("quarantine", "revalidate", "--path", "web-form", "--json");
  expect(JSON.parse(foretold.stdout)).toEqual({
    judged: 1,
    taken: 0,
    refused: 1,
    reasons: [{ violation: "no_territory", captures: 1 }],
  });
  const { stdout } = await run("replay", "--path", "web-form");
  expect(stdout).toMatch(/^ {4}came back, refused by the stages +1$/m);
});

test("everything is replayed only when --all says so", async ({ site }) => {
  const refused = await catchment(["replay"], preparedEnv(site.database));
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--all") });
});

function happened(db: Client): Promise<Record<string, unknown>> {
  return oneRow(
    db,
    `select (select count(*)::int from app_public.leads) as leads,
            (select count(*)::int from app_public.source_events) as touches,
            (select count(*)::int from app_public.decisions) as decisions,
            (select count(*)::int from app_public.assignments) as assignments,
            (select count(*)::int from app_public.notifications) as notifications,
            (select count(*)::int from app_public.clocks) as clocks,
            (select count(*)::int from app_public.escalations) as escalations`,
  );
}

/** Every row of every table that a replay could touch. */
async function everyRow(db: Client): Promise<unknown> {
  const tables = [
    "captures",
    "leads",
    "source_events",
    "decisions",
    "assignments",
    "notifications",
    "clocks",
    "exceptions",
  ];
  const rows: unknown[] = [];
  for (const table of [...tables.map((name) => `app_public.${name}`), "app_private.lead_identities"]) {
    rows.push(await allValues(db, `select one::text as value from ${table} as one order by 1`));
  }
  return rows;
}
