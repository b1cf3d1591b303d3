import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { absent, limitTo, switchOff } from "../support/staff.ts";

test("leads are dealt in turn, and a batch goes on where the last one ended", async ({ db }) => {
  expect(await ownersOf(db, germans(3))).toEqual(["dora", "dirk", "doris"]);
  expect(await ownersOf(db, germans(3))).toEqual(["dieter", "dora", "dirk"]);
});

test("each decision lists the whole team with the reason for every one", async ({ db }) => {
  const until = new Date("2199-12-31T18:00:00Z");
  await absent(db, ["dora"], until);
  await switchOff(db, ["doris"]);
  await limitTo(db, "dieter", 0);
  await receiveOne(db, { attributes: someone() });
  expect(await decisions(db)).toEqual([
    {
      action: "assign",
      owner: "dirk",
      team: "sales-de",
      reason: "Assigned to dirk: next in turn of team sales-de.",
      candidates: [
        { actor: "dieter", chosen: false, reason: "is at capacity: 0 of 0 open leads" },
        { actor: "dirk", chosen: true, reason: "is next in turn" },
        { actor: "dora", chosen: false, reason: "is absent until 2199-12-31 18:00 UTC" },
        { actor: "doris", chosen: false, reason: "is switched off" },
      ],
    },
  ]);
});

test("whoever waits hears for whom", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const [decision] = await decisions(db);
  expect(decision?.candidates).toContainEqual({
    actor: "dirk",
    chosen: false,
    reason: "waits: dora is next in turn",
  });
});

test("an absence counts only between its instants", async ({ db }) => {
  await db.query(
    `insert into app_public.absences (actor_id, starts_at, ends_at)
     select id, now() - interval '2 hours', now() from app_public.actors where slug = 'dora'
     union all select id, now() + interval '1 second', now() + interval '2 hours' from app_public.actors where slug = 'dirk'`,
  );
  expect(await ownersOf(db, germans(2))).toEqual(["dora", "dirk"]);
});

test("who becomes full in the middle of a batch gets no more of it", async ({ db }) => {
  await limitTo(db, "dirk", 1);
  await limitTo(db, "dieter", 2);
  expect(await ownersOf(db, germans(9))).toEqual([
    "dora",
    "dirk",
    "doris",
    "dieter",
    "dora",
    "doris",
    "dieter",
    "dora",
    "doris",
  ]);
  const last = (await decisions(db)).at(-1);
  expect(last?.candidates).toEqual([
    { actor: "dieter", chosen: false, reason: "is at capacity: 2 of 2 open leads" },
    { actor: "dirk", chosen: false, reason: "is at capacity: 1 of 1 open leads" },
    { actor: "dora", chosen: false, reason: "waits: doris is next in turn" },
    { actor: "doris", chosen: true, reason: "is next in turn" },
  ]);
});

test("a closed lead makes room again", async ({ db }) => {
  await switchOff(db, ["dirk", "doris", "dieter"]);
  await limitTo(db, "dora", 1);
  expect(await ownersOf(db, germans(2))).toEqual(["dora", null]);
  await db.query(
    "update app_public.leads set status = 'closed_won', closed_at = now() where owner_id is not null",
  );
  expect(await ownersOf(db, germans(1))).toEqual(["dora"]);
});

test("nobody available is the queue, and says so of everybody", async ({ db }) => {
  await absent(db, ["felix"], new Date("2199-01-01T00:00:00Z"));
  await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(await decisions(db)).toEqual([
    {
      action: "queue",
      owner: null,
      team: "sales-fr",
      reason: "Queued: nobody of team sales-fr is available.",
      candidates: [{ actor: "felix", chosen: false, reason: "is absent until 2199-01-01 00:00 UTC" }],
    },
  ]);
});

test("a territory whose ancestors have no team either queues its leads", async ({ db }) => {
  await db.query("update app_public.teams set takes_leads = false where slug in ('sales-de', 'sales-emea')");
  await receiveOne(db, { attributes: someone() });
  expect(await decisions(db)).toMatchObject([
    { action: "queue", team: null, reason: "Queued: no team takes leads here or above.", candidates: [] },
  ]);
});

test("a known lead keeps its owner, whoever is next in turn", async ({ db }) => {
  const attributes = someone();
  await receive(db, [{ attributes }, ...germans(2), { attributes }]);
  expect(await decisions(db)).toMatchObject([
    { action: "assign", owner: "dora" },
    { action: "assign", owner: "dirk" },
    { action: "assign", owner: "doris" },
    {
      action: "keep_owner",
      owner: "dora",
      reason: "A touch of a known lead: it keeps its owner.",
      candidates: [],
    },
  ]);
});

test("a lead that was closed keeps its owner too, with a decision for the new touch", async ({ db }) => {
  const attributes = someone();
  await receiveOne(db, { attributes });
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now()");
  await receiveOne(db, { attributes });
  expect(await decisions(db)).toMatchObject([
    { action: "assign", owner: "dora" },
    { action: "keep_owner", owner: "dora" },
  ]);
});

test("leads of the past use no turn and no capacity", async ({ db }) => {
  await limitTo(db, "bruno", 1);
  const past = (id: string) => ({ path: "olist-mql", attributes: { external_id: id, country: "BR" } });
  expect(await ownersOf(db, [past("a"), past("b"), past("c")])).toEqual(["bruno", "bruno", "bruno"]);
  const turns = await allRows(db, "select last_turn::int from app_public.teams where slug = 'sales-br'");
  expect(turns).toEqual([{ last_turn: 0 }]);
  expect(await ownersOf(db, [{ attributes: someone({ country: "BR" }) }])).toEqual(["bruno"]);
  expect(await ownersOf(db, [{ attributes: someone({ country: "BR" }) }])).toEqual([null]);
});

test("the past among the present does not disturb the turns", async ({ db }) => {
  await db.query("alter table app_public.contracts disable trigger _100_refuse_change");
  await db.query(
    "update app_public.contracts set is_history = true from app_public.capture_paths where capture_paths.active_contract_id = contracts.id and slug = 'desk'",
  );
  const owners = await ownersOf(db, [
    { attributes: someone() },
    { path: "desk", attributes: someone() },
    { attributes: someone() },
    { path: "desk", attributes: someone() },
    { attributes: someone() },
  ]);
  expect([owners[0], owners[2], owners[4]]).toEqual(["dora", "dirk", "doris"]);
});

test("leads of the past are dealt alike in one batch and in many", async ({ db }) => {
  const past = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      path: "olist-mql",
      attributes: { external_id: `past-${from + n}`, country: "BR" },
    }));
  await db.query(
    `insert into app_public.team_members (team_id, territory_id, actor_id, position)
     select teams.id, teams.territory_id, actors.id, 2 from app_public.teams, app_public.actors
      where teams.slug = 'sales-br' and actors.slug = 'marco'`,
  );
  const owners = await ownersOf(db, past(0, 3));
  for (let n = 3; n < 6; n += 1) owners.push(...(await ownersOf(db, past(n, 1))));
  expect(owners).toEqual(["bruno", "marco", "bruno", "marco", "bruno", "marco"]);
});

test("asking decides nothing", async ({ db }) => {
  const ids = (await receive(db, germans(2))).map(({ captureId }) => captureId);
  const tables = ["decisions", "assignments", "leads", "team_members", "teams", "notifications"];
  const everything = async () => {
    const rows: object[] = [];
    for (const table of tables) rows.push(...(await allRows(db, `select * from app_public.${table}`)));
    return rows;
  };
  const before = await everything();
  await asWorker(db, () =>
    db.query(
      `select app_private.decide_routes(array(select asker from app_private.askers_of($1, app_private.current_revision()) as asker),
                                        app_private.current_revision(), now())`,
      [ids],
    ),
  );
  expect(await everything()).toEqual(before);
});

function germans(count: number): Arrival[] {
  return Array.from({ length: count }, () => ({ attributes: someone() }));
}

async function ownersOf(db: ClientBase, arrivals: Arrival[]): Promise<(string | null)[]> {
  const received = await receive(db, arrivals);
  const rows = await allRows<{ slug: string | null }>(
    db,
    `select actors.slug from unnest($1::uuid[]) with ordinality as wanted (id, n) join app_public.leads using (id)
       left join app_public.actors on actors.id = leads.owner_id order by n`,
    [received.map(({ leadId }) => leadId)],
  );
  return rows.map(({ slug }) => slug);
}

type Decision = {
  action: string;
  owner: string | null;
  team: string | null;
  reason: string;
  candidates: { actor: string; chosen: boolean; reason: string }[];
};

function decisions(db: ClientBase): Promise<Decision[]> {
  return allRows<Decision>(
    db,
    `select decisions.action, actors.slug as owner, teams.slug as team, decisions.reason, decisions.candidates
       from app_public.decisions
       join app_public.captures on captures.id = (decisions.inputs ->> 'captureId')::uuid
       left join app_public.actors on actors.id = decisions.owner_id
       left join app_public.teams on teams.id = decisions.team_id order by captures.id`,
  );
}
