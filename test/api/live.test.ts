import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import type { TestDatabase } from "../support/database.ts";
import { follow } from "./follow.ts";
import { type Served, test } from "./serve.ts";

type LeadEvent = {
  leadChanged: { isResync: boolean; leadId: string | null; lead: { email: string | null } | null };
};
const LEADS = "subscription { leadChanged { isResync leadId lead { email } } }";
const RESYNC = { leadChanged: { isResync: true, leadId: null, lead: null } };
const told = (leadId: string, email: string | null) => ({
  leadChanged: { isResync: false, leadId, lead: email === null ? null : { email } },
});

test("a lead is told to who reaches its territory, and to no neighbor and no other client", async ({
  api,
  database,
}) => {
  const [dora, felix, nina, mona] = await followAll(api, ["dora", "felix", "nina", "mona"]);
  const german = await arriveFrom(database, "DE", "first@example.de");
  await expect.poll(() => dora?.events).toEqual([RESYNC, told(german, "first@example.de")]);
  // Each hears of the next one, so the silence before it was no delay.
  const french = await arriveFrom(database, "FR", "first@example.fr");
  await expect.poll(() => felix?.events).toEqual([RESYNC, told(french, "first@example.fr")]);
  const dutch = await arriveFrom(database, "NL", "first@example.nl", "globex-form");
  await expect.poll(() => nina?.events).toEqual([RESYNC, told(dutch, "first@example.nl")]);
  await expect
    .poll(() => mona?.events)
    .toEqual([RESYNC, told(german, "first@example.de"), told(french, "first@example.fr")]);
  expect(dora?.events).toHaveLength(2);
  for (const one of [dora, felix, nina, mona]) await one?.client.dispose();
});

test("a territory, by slug or id, stands for all below it; hidden and absent ones are refused alike", async ({
  api,
  database,
}) => {
  const id = await oneOf(database, "select id as value from app_public.territories where slug = 'emea'");
  const below = await Promise.all(
    ["emea", id].map((territory) => followTerritory(api, "vera", String(territory))),
  );
  const beside = await followTerritory(api, "vera", "americas");
  for (const one of [...below, beside]) await one.stands();
  const lead = await arriveFrom(database, "DE", "second@example.de");
  for (const one of below)
    await expect.poll(() => one.events).toEqual([RESYNC, told(lead, "second@example.de")]);
  const american = await arriveFrom(database, "US", "second@example.com");
  await expect.poll(() => beside.events).toEqual([RESYNC, told(american, "second@example.com")]);

  const refused = await Promise.all(
    ["fr", "emea", "globex", "atlantis", "", "de'--", "999999", "x\0", "d".repeat(100_000)].map((slug) =>
      followTerritory(api, "dora", slug),
    ),
  );
  for (const one of refused) {
    await expect.poll(() => [one.isOver, one.code, one.events]).toEqual([true, "NOT_FOUND", []]);
  }
  for (const one of [...below, beside, ...refused]) await one.client.dispose();
});

test("a lead that moves leaves one side and comes to the other, in one commit", async ({ api, database }) => {
  const lead = await arriveFrom(database, "DE", "moving@example.de");
  const [dora, felix, bruno] = await followAll(api, ["dora", "felix", "bruno"]);
  await run(
    database,
    `update app_public.leads set territory_id = (select id from app_public.territories where slug = 'fr'),
            owner_id = null, owned_at = null, team_id = null where id = $1`,
    [lead],
  );
  await expect.poll(() => dora?.events).toEqual([RESYNC, told(lead, null)]);
  await expect.poll(() => felix?.events).toEqual([RESYNC, told(lead, "moving@example.de")]);
  expect(bruno?.events).toEqual([RESYNC]);
  for (const one of [dora, felix, bruno]) await one?.client.dispose();
});

test("the queue and exceptions are told where they are", async ({ api, database }) => {
  const query = "isResync territory { slug leads(filter: { ownerId: { isNull: true } }) { totalCount } }";
  const dora = await follow(api, { slug: "dora" }, `subscription { queueChanged { ${query} } }`);
  const felix = await follow(api, { slug: "felix" }, `subscription { queueChanged { ${query} } }`);
  const cases = await Promise.all(
    ["dora", "felix"].map((slug) =>
      follow(api, { slug }, "subscription { exceptionChanged { isResync exceptionId exception { kind } } }"),
    ),
  );
  for (const one of [dora, felix, ...cases]) await one.stands();
  const lead = await arriveFrom(database, "DE", "queue@example.de");
  await run(database, "update app_public.leads set owner_id = null, owned_at = null where id = $1", [lead]);
  await expect
    .poll(() => dora.events.at(-1))
    .toEqual({ queueChanged: { isResync: false, territory: { slug: "de", leads: { totalCount: 1 } } } });
  const opened = await oneOf(
    database,
    `insert into app_public.exceptions (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
     select leads.territory_id, 'no_territory', 'test', leads.id, teams.id, teams.id, 'x', now(), now() + interval '1 hour'
       from app_public.leads, (select min(id) as id from app_public.teams) as teams where leads.id = $1 returning id as value`,
    [lead],
  );
  const [german, french] = cases;
  const event = { isResync: false, exceptionId: opened, exception: { kind: "no_territory" } };
  await expect.poll(() => german?.events.at(-1)).toEqual({ exceptionChanged: event });
  expect([felix.events.length, french?.events.length]).toEqual([1, 1]);
  for (const one of [dora, felix, ...cases]) await one.client.dispose();
});

test("many leads at once are one event, which says to read again", async ({ api, database }) => {
  const [dora] = await followAll(api, ["dora"]);
  const insert = (leads: number) =>
    run(
      database,
      `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
       select id, 'many', 'x', now(), now() from app_public.territories, generate_series(1, $1::int) where slug = 'de'`,
      [leads],
    );
  await insert(21);
  await expect.poll(() => dora?.resyncs).toBeGreaterThan(1);
  expect(dora?.events).toEqual([RESYNC]);
  await insert(20);
  await expect.poll(() => dora?.events.length).toBe(21);
  await dora?.client.dispose();
});

test("after a lost connection it listens again, and says that something may have passed by", async ({
  api,
  database,
}) => {
  const [dora] = await followAll(api, ["dora"]);
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
                and application_name = 'catchment listen'`;
  expect((await run(database, cut)).rowCount).toBe(1);
  await expect.poll(() => dora?.resyncs).toBeGreaterThan(1);
  const lead = await arriveFrom(database, "DE", "third@example.de");
  await expect.poll(() => dora?.events.at(-1)).toEqual(told(lead, "third@example.de"));
  await dora?.client.dispose();
});

test("what is announced holds ids alone, on names that nobody can guess or read", async ({
  api,
  database,
}) => {
  const [dora] = await followAll(api, ["dora"]);
  const { rows } = await run<{ channel: string }>(
    database,
    "select channel from app_private.live_territories join app_public.territories on id = territory_id where slug = 'de'",
  );
  const [{ channel = "" } = {}] = rows;
  expect(channel).toMatch(/^live_[0-9a-f]{32}$/);
  const heard: string[] = [];
  await withConnection(database.urls.superuser, async (ear) => {
    ear.on("notification", ({ payload = "" }) => heard.push(payload));
    await ear.query(`listen ${channel}`);
    const lead = await arriveFrom(database, "DE", "fourth@example.de");
    await expect.poll(() => heard).toContain(`lead ${lead}`);
    // Whoever knew the name could shout into it, and would show nobody anything.
    const hidden = await arriveFrom(database, "NL", "fourth@example.nl", "globex-form");
    await ear.query("select pg_notify($1, 'lead ' || $2), pg_notify($1, 'lead x'), pg_notify($1, '')", [
      channel,
      hidden,
    ]);
    await expect.poll(() => dora?.events.at(-1)).toEqual(told(hidden, null));
  });
  for (const payload of heard.filter((one) => one.startsWith("lead 0")))
    expect(payload).toMatch(/^lead [0-9a-f-]{36}$/);
  await dora?.client.dispose();
});

async function followAll(api: Served, slugs: string[]) {
  const all = await Promise.all(slugs.map((slug) => follow<LeadEvent>(api, { slug }, LEADS)));
  for (const one of all) await one.stands();
  return all;
}

function followTerritory(api: Served, slug: string, territory: string) {
  return follow<LeadEvent>(
    api,
    { slug },
    LEADS.replace("leadChanged", `leadChanged(territory: ${JSON.stringify(territory)})`),
  );
}

async function arriveFrom(database: TestDatabase, country: string, email: string, path = "web-form") {
  const { leadId } = await arrive(database, { path, attributes: { email, country } });
  if (leadId === null) throw new Error("No lead came of it.");
  return leadId;
}

function run<Row extends object>(database: TestDatabase, text: string, values: unknown[] = []) {
  return withConnection(database.urls.superuser, (root) => root.query<Row>(text, values));
}

async function oneOf(database: TestDatabase, text: string, values: unknown[] = []) {
  return (await run<{ value: unknown }>(database, text, values)).rows[0]?.value;
}
