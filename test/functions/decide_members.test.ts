import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { absent, limitTo, switchOff } from "../support/staff.ts";

test("whoever waited longest stands first; who cannot take any says why", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]); // dora's turn
  await absent(db, ["dirk"], new Date("2199-12-31T18:00:00Z"));
  await switchOff(db, ["doris"]);
  expect(await members(db)).toEqual([
    { slug: "dirk", unfit: "is absent until 2199-12-31 18:00 UTC", room: "4" },
    { slug: "doris", unfit: "is switched off", room: "4" },
    { slug: "dieter", unfit: null, room: "30" },
    { slug: "dora", unfit: null, room: "4" },
  ]);
});

test("room is what the capacity leaves, and leads of the past count none", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]);
  await limitTo(db, "dora", 3);
  await limitTo(db, "dirk", 0);
  const rooms = async (isHistory: boolean) =>
    Object.fromEntries((await members(db, isHistory)).map(({ slug, room }) => [slug, room]));
  expect(await rooms(false)).toEqual({ dirk: "0", doris: "4", dieter: "30", dora: "2" });
  expect(await rooms(true)).toEqual({ dirk: "4", doris: "4", dieter: "4", dora: "4" });
});

test("working hours count in the member's own time zone; an own block stands for those of the team", async ({
  db,
}) => {
  await db.query(
    `insert into app_public.working_hours (team_id, day, starts, ends)
     select teams.id, day, '09:00', '12:00' from app_public.teams, generate_series(1, 5) as day where slug = 'sales-de'`,
  );
  await db.query(
    `insert into app_public.working_hours (actor_id, day, starts, ends)
     select actors.id, 3, '13:00', '24:00' from app_public.actors where slug = 'dirk'`,
  );
  await db.query("update app_public.actors set time_zone = 'America/New_York' where slug = 'doris'");
  const present = async (at: string) =>
    (await members(db, false, at)).filter(({ unfit }) => unfit === null).map(({ slug }) => slug);
  expect(await present("2026-07-15T09:30:00+02:00")).toEqual(["dora", "dieter"]); // a Wednesday in Berlin
  expect(await present("2026-07-15T12:00:00+02:00")).toEqual([]);
  expect(await present("2026-07-15T23:30:00+02:00")).toEqual(["dirk"]);
  expect(await present("2026-07-15T15:00:00+02:00")).toEqual(["dirk", "doris"]);
  expect(await present("2026-01-14T09:30:00+01:00")).toEqual(["dora", "dieter"]); // winter time
  expect(await present("2026-07-18T10:00:00+02:00")).toEqual([]); // Saturday
  const [dora] = await members(db, false, "2026-07-18T10:00:00+02:00");
  expect(dora?.unfit).toBe("is off work: it is Saturday 10:00 in Europe/Berlin");
  expect((await members(db, true, "2026-07-18T10:00:00+02:00"))[0]?.unfit).toBeNull(); // the past comes at any hour
});

test("leads a day end at midnight where the member is", async ({ db }) => {
  await switchOff(db, ["dirk", "doris", "dieter"]);
  await db.query(
    "update app_public.team_members set daily_capacity = 2 from app_public.actors where actors.id = actor_id and slug = 'dora'",
  );
  const at = (text: string) => ({ asOf: new Date(text) });
  const arrivals = [0, 1, 2].map(() => ({ attributes: someone() }));
  await receive(db, arrivals, at("2199-07-15T23:50:00+02:00"));
  const owners = await allRows(db, "select owner_id is not null as owned from app_public.leads order by id");
  expect(owners).toEqual([{ owned: true }, { owned: true }, { owned: false }]);
  const room = async (text: string) =>
    (await members(db, false, text)).find(({ slug }) => slug === "dora")?.room;
  expect(await room("2199-07-15T23:59:59+02:00")).toBe("0");
  expect(await room("2199-07-16T00:00:00+02:00")).toBe("2");
});

function members(
  db: ClientBase,
  isHistory = false,
  asOf: string | null = null,
): Promise<{ slug: string; unfit: string | null; room: string }[]> {
  return asWorker(db, () =>
    allRows(
      db,
      `select members.slug, members.unfit, members.room from app_public.teams
        cross join lateral app_private.decide_members(teams.id, $1, 4, coalesce($2, now())) as members
        where teams.slug = 'sales-de' order by members.waited`,
      [isHistory, asOf],
    ),
  );
}
