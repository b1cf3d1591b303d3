import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { mustAccept, sweep } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { absent, limitTo } from "../support/staff.ts";

test("decide_next: the next in turn who has not had it; nobody is an answer with everybody's reason", async ({
  db,
}) => {
  await absent(db, ["dieter"]);
  await limitTo(db, "doris", 0);
  const ask = async (without: string[]) =>
    asWorker(db, () =>
      oneRow<{ slug: string | null; candidates: { actor: string; reason: string }[] }>(
        db,
        `select next.slug, next.candidates from app_public.teams
          cross join lateral app_private.decide_next(teams.id, array(select id from app_public.actors where slug = any ($1)), now()) as next
          where teams.slug = 'sales-de'`,
        [without],
      ),
    );
  expect((await ask([])).slug).toBe("dora");
  expect((await ask(["dora"])).slug).toBe("dirk");
  const nobody = await ask(["dora", "dirk"]);
  expect(nobody.slug).toBeNull();
  expect(nobody.candidates.map(({ actor, reason }) => `${actor} ${reason.split(" until")[0]}`)).toEqual([
    "dieter is absent",
    "dirk has had this lead",
    "dora has had this lead",
    "doris is at capacity: 0 of 0 open leads",
  ]);
});

test("move_turns writes what the deal left, and decide_next reads on from there", async ({ db }) => {
  const next =
    "app_private.decide_next((select id from app_public.teams where slug = 'sales-de'), '{}', now())";
  const owners: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    owners.push(await asWorker(db, () => oneValue<string>(db, `select slug as value from ${next}`)));
    await asWorker(db, () =>
      db.query(
        `select app_private.move_turns(array[row(null, null, null, null, false, true, 'assign', actor_id, team_id, turn, null, null, hand, null)::app_private.route])
           from ${next}`,
      ),
    );
  }
  expect(owners).toEqual(["dora", "dirk", "doris", "dieter", "dora"]);
  const team = await oneRow(
    db,
    "select last_turn::int, past_turn::int from app_public.teams where slug = 'sales-de'",
  );
  expect(team).toEqual({ last_turn: 5, past_turn: 0 });
});

test("escalation_path goes up as far as the lead is seen, and ends in a circle too", async ({ db }) => {
  const path = (territory: string) =>
    asWorker(db, () =>
      allValues<string>(
        db,
        `select teams.slug as value
           from unnest(app_private.escalation_path((select id from app_public.teams where slug = 'sales-de'),
                                                   (select id from app_public.territories where slug = $1))) with ordinality as step (id, n)
           join app_public.teams using (id) order by n`,
        [territory],
      ),
    );
  expect(await path("de")).toEqual(["sales-de", "sales-emea", "operations"]);
  expect(await path("fr")).toEqual(["sales-emea", "operations"]);
  await db.query(
    "update app_public.teams set escalates_to_id = (select id from app_public.teams where slug = 'sales-de') where slug = 'operations'",
  );
  expect(await path("de")).toEqual(["sales-de", "sales-emea", "operations"]);
});

test("caretaker_of: the nearest manager who is there, else operations, else nobody", async ({ db }) => {
  const caretaker = async (without: string[] = []) =>
    asWorker(db, async () =>
      oneValue<string | null>(
        db,
        `select (select slug from app_public.actors where id = app_private.caretaker_of(
            $1, array(select id from app_public.actors where slug = any ($2)), now())) as value`,
        [await territoryId(db, "de"), without],
      ),
    );
  expect(await caretaker()).toBe("mona");
  expect(await caretaker(["mona"])).toBe("olga");
  await absent(db, ["mona", "olga"]);
  expect(await caretaker()).toBeNull();
});

test("refused_by forgets what was before somebody accepted", async ({ db }) => {
  await mustAccept(db, "sales-de", 60);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const refused = () =>
    asWorker(db, () =>
      allValues<string>(
        db,
        "select slug as value from unnest(app_private.refused_by($1)) as id join app_public.actors using (id)",
        [leadId],
      ),
    );
  await sweep(db, "pass_on_expired", 60);
  expect(await refused()).toEqual(["dora"]);
  await actAs(db, await actorId(db, "dirk"));
  await db.query("select app_public.accept_lead($1)", [leadId]);
  await stopActing(db);
  expect(await refused()).toEqual([]);
});

test("own_places and working_places: where one may do it to anybody's, and where to one's own", async ({
  db,
}) => {
  expect(await places(db, "own_places($1, 'reassign_lead')", "mona")).toEqual(["de", "emea", "fr", "uk"]);
  expect(await places(db, "own_places($1, 'work_lead')", "dora")).toEqual([]);
  expect(await places(db, "working_places($1)", "dora")).toEqual(["de"]);
  expect(await places(db, "working_places($1)", "vera")).toEqual([]);
});

test("require_person and require_own_lead tell a stranger nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await actAs(db, await actorId(db, "nina"));
  for (const slug of ["dora", "nobody-of-that-name"]) {
    expect(
      await refusalOf(db, "select app_public.set_absence($1, now(), now() + interval '1 day')", [slug]),
    ).toBe("NFUND");
  }
  for (const id of [leadId, "00000000-0000-7000-8000-000000000000"]) {
    expect(await refusalOf(db, "select app_public.accept_lead($1)", [id])).toBe("NFUND");
  }
  await stopActing(db);
});

test("lock_teams holds the deal against others until the end", async ({ db }) => {
  await asWorker(db, () => db.query("select app_private.lock_teams(array(select id from app_public.teams))"));
  const held = await allRows(
    db,
    "select from pg_catalog.pg_locks where relation = 'app_public.teams'::regclass and mode = 'RowShareLock' and pid = pg_backend_pid()",
  );
  expect(held).toHaveLength(1);
});

function places(db: ClientBase, call: string, slug: string): Promise<string[]> {
  return asWorker(db, async () =>
    allValues<string>(
      db,
      `select slug as value from unnest(app_private.${call}) as id join app_public.territories using (id) order by slug`,
      [await actorId(db, slug)],
    ),
  );
}
