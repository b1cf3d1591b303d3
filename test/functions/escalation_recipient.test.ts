import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { test } from "../support/database.ts";
import { oneValue } from "../support/rows.ts";
import { absent, switchOff } from "../support/staff.ts";

test.for([
  ["de", "dora", 80, "dora"],
  ["de", "dora", 100, "mona"],
  ["de", "dora", 150, "mona"],
  ["de", null, 80, "mona"], // the manager of emea, the nearest ancestor with one
  ["uk", "mona", 80, "mona"],
  ["uk", "mona", 100, "ada"], // the owner's own manager
  ["br", null, 100, "marco"],
  ["global", null, 80, "olga"], // no manager at all: operations
  ["globex-nl", "nina", 100, "gus"],
  ["globex-nl", null, 80, "gus"],
] as const)("in %s, owned by %s, %i %% reach %s", async ([territory, owner, threshold, expected], { db }) => {
  expect(await recipient(db, territory, owner, threshold)).toBe(expected);
});

test("who is away or switched off is passed over for the next above", async ({ db }) => {
  await absent(db, ["dora"]);
  expect(await recipient(db, "de", "dora", 80)).toBe("mona");
  await switchOff(db, ["mona"]);
  expect(await recipient(db, "de", "dora", 80)).toBe("olga");
});

test("the manager of the market comes before the one of the region", async ({ db }) => {
  await db.query(
    "insert into app_public.memberships (actor_id, territory_id, role) values ($1, $2, 'manager')",
    [await actorId(db, "doris"), await territoryId(db, "de")],
  );
  expect(await recipient(db, "de", null, 80)).toBe("doris");
  await absent(db, ["doris"]);
  expect(await recipient(db, "de", null, 80)).toBe("mona");
});

test("where neither managers nor operations are there it reaches nobody", async ({ db }) => {
  await switchOff(db, ["gus"]);
  expect(await recipient(db, "globex-nl", null, 100)).toBeNull();
});

async function recipient(
  db: ClientBase,
  territory: string,
  owner: string | null,
  threshold: number,
): Promise<string | null> {
  return oneValue(
    db,
    "select (select slug from app_public.actors where id = app_private.escalation_recipient($1, $2, $3, now())) as value",
    [await territoryId(db, territory), owner === null ? null : await actorId(db, owner), threshold],
  );
}
