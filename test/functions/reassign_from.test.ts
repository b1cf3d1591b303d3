import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { chainOf, ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const BULK = "select app_public.bulk_reassign_leads($1, $2) as value";

test("a leaver's open leads go to whom the rules find, the closed ones stay", async ({ db }) => {
  const received = await receive(
    db,
    Array.from({ length: 8 }, () => ({ attributes: someone() })),
  ); // two each
  await db.query(
    "update app_public.leads set status = 'closed_won', closed_at = now() where id = (select min(id::text)::uuid from app_public.leads)",
  );
  await as(db, "mona");
  expect(await oneValue(db, BULK, ["dora", null])).toBe(1);
  expect(await oneValue(db, BULK, ["dora", null])).toBe(0);
  await stopActing(db);
  expect(await openOf(db, "dora")).toBe(0);
  const leadId = received[4]?.leadId ?? "";
  expect(await chainOf(db, leadId)).toMatchObject([
    { action: "assign", owner: "dora" },
    {
      action: "reassign",
      cause: "left",
      reason: "dora hands over. Assigned to dirk: next in turn of team sales-de.",
    },
  ]);
  const outcomes = await allValues(
    db,
    "select outcome as value from app_public.assignments where ended_at is not null",
  );
  expect(outcomes).toEqual(["handed_over"]);
});

test("or all to one person, who must work leads there; a stranger's people are nobody", async ({ db }) => {
  await receive(
    db,
    Array.from({ length: 8 }, () => ({ attributes: someone() })),
  );
  await as(db, "mona");
  expect(await refusalOf(db, BULK, ["dora", "felix"])).toBe("NFUND"); // visible, but not in de
  expect(await refusalOf(db, BULK, ["dora", "vera"])).toBe("NFUND"); // sees de, works nothing
  expect(await refusalOf(db, BULK, ["dora", "dora"])).toBe("BADIN");
  expect(await refusalOf(db, BULK, ["nina", null])).toBe("NFUND");
  expect(await refusalOf(db, BULK, ["nobody", null])).toBe("NFUND");
  expect(await oneValue(db, BULK, ["dora", "dieter"])).toBe(2);
  await as(db, "dirk");
  expect(await refusalOf(db, BULK, ["dora", "dirk"])).toBe("DENID");
  expect(await refusalOf(db, BULK, ["dirk", "dora"])).toBe("DENID"); // not even one's own
  await as(db, "marco");
  expect(await refusalOf(db, BULK, ["dirk", null])).toBe("NFUND");
  await stopActing(db);
  expect([await openOf(db, "dora"), await openOf(db, "dieter")]).toEqual([0, 4]);
});

const AWAY =
  "select * from app_public.set_absence($1, now() - interval '1 minute', now() + interval '1 day', $2)";

test("one's own absence: no new leads, and the unanswered ones are passed on when asked", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await as(db, "dora");
  expect(await oneRow(db, AWAY, ["dora", false])).toMatchObject({ actor: "dora", handed_over: 0 });
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBe("dora");
  await as(db, "dora");
  expect(await oneRow(db, AWAY, ["dora", true])).toMatchObject({ handed_over: 1 });
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBe("dirk");
  expect(await allRows(db, "select from app_public.absences")).toHaveLength(1); // replaced
  await as(db, "dora");
  await db.query("select app_public.set_absence('dora', now())");
  await stopActing(db);
  // Taken back from now on: that dora was away until now stays.
  expect(await allRows(db, "select from app_public.absences where ends_at > now()")).toEqual([]);
});

test("a manager says it for the own people, a viewer for nobody but themself", async ({ db }) => {
  for (const [who, whom, code] of [
    ["mona", "dora", ""],
    ["mona", "bruno", "NFUND"],
    ["mona", "bi_de", "NFUND"],
    ["dirk", "dora", "DENID"],
    ["vera", "dora", "DENID"],
    ["vera", "vera", ""],
    ["nina", "dora", "NFUND"],
  ] as const) {
    await as(db, who);
    expect([who, whom, await refusalOf(db, AWAY, [whom, false])]).toEqual([who, whom, code]);
  }
  await as(db, "dora");
  expect(await refusalOf(db, "select app_public.set_absence('dora', now(), now())")).toBe("BADIN");
  await stopActing(db);
});

// app_hidden.require_own_person is asked by set_absence alone.
test("nobody is said to be away by a manager of one of their places alone, or of a superior", async ({
  db,
}) => {
  for (const [who, place, role] of [
    ["dirk", "de", "manager"],
    ["dora", "fr", "rep"],
  ]) {
    await db.query(
      `insert into app_public.memberships (actor_id, territory_id, role)
       select actors.id, territories.id, $3 from app_public.actors, app_public.territories where actors.slug = $1 and territories.slug = $2`,
      [who, place, role],
    );
  }
  for (const [who, whom, code] of [
    ["dirk", "doris", ""], // in de alone
    ["dirk", "dirk", ""],
    ["dirk", "dora", "DENID"], // also in fr
    ["dirk", "mona", "DENID"],
    ["dirk", "ada", "DENID"],
    ["dirk", "felix", "NFUND"], // in fr: not to be seen
    ["dirk", "nobody", "NFUND"],
    ["mona", "dora", ""],
    ["mona", "ada", "DENID"],
    ["ada", "mona", ""],
    ["olga", "mona", ""], // operations of all
  ] as const) {
    await as(db, who);
    expect([who, whom, await refusalOf(db, AWAY, [whom, false])]).toEqual([who, whom, code]);
  }
  await stopActing(db);
  const isAbove = (above: string, below: string) =>
    oneValue(
      db,
      "select app_hidden.is_manager_of((select id from app_public.actors where slug = $1), (select id from app_public.actors where slug = $2)) as value",
      [above, below],
    );
  expect(await isAbove("ada", "dora")).toBe(true); // at two removes
  expect(await isAbove("dora", "ada")).toBe(false);
  expect(await isAbove("marco", "dora")).toBe(false);
  await db.query(
    "update app_public.actors set manager_id = (select id from app_public.actors where slug = 'dora') where slug = 'dirk'",
  );
  await as(db, "dirk");
  expect(await refusalOf(db, AWAY, ["dora", false])).toBe("DENID"); // below her, not above
  await stopActing(db);
});

test("a manager's word passes on only what that manager may reassign", async ({ db }) => {
  await db.query(
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, 'rep' from app_public.actors, app_public.territories where actors.slug = 'dora' and territories.slug = 'us'`,
  );
  await absent(db, ["uma"]);
  const american = await receiveOne(db, { attributes: someone({ country: "US" }) });
  await db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'dora'), owned_at = now() where id = $1",
    [american.leadId],
  );
  const german = await receiveOne(db, { attributes: someone() });
  await as(db, "mona");
  expect(await oneRow(db, AWAY, ["dora", true])).toMatchObject({ handed_over: 1 });
  await stopActing(db);
  expect([await ownerOf(db, american.leadId), await ownerOf(db, german.leadId)]).toEqual(["dora", "dirk"]);
});

async function as(db: Client, slug: string): Promise<void> {
  await stopActing(db);
  await actAs(db, await actorId(db, slug));
}

function openOf(db: Client, slug: string): Promise<number> {
  return oneValue(
    db,
    `select count(*)::int as value from app_public.leads join app_public.actors on actors.id = owner_id
      where slug = $1 and closed_at is null`,
    [slug],
  );
}
