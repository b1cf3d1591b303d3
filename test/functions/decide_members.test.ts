import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
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

function members(
  db: ClientBase,
  isHistory = false,
): Promise<{ slug: string; unfit: string | null; room: string }[]> {
  return asWorker(db, () =>
    allRows(
      db,
      `select members.slug, members.unfit, members.room from app_public.teams
        cross join lateral app_private.decide_members(teams.id, $1, 4, now()) as members
        where teams.slug = 'sales-de' order by members.waited`,
      [isHistory],
    ),
  );
}
