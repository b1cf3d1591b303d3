import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { absent, switchOff } from "../support/staff.ts";

test.for([
  ["de", "dora", "owner", "dora"],
  ["de", "dora", "manager", "mona"],
  ["de", null, "owner", "mona"], // the manager of emea, the nearest ancestor with one
  ["uk", "mona", "owner", "mona"],
  ["uk", "mona", "manager", "ada"], // the owner's own manager
  ["br", null, "manager", "marco"],
  ["global", null, "owner", "olga"], // no manager at all: operations
  ["globex-nl", "nina", "manager", "gus"],
  ["globex-nl", null, "owner", "gus"],
] as const)(
  "in %s, owned by %s, what is for the %s reaches %s",
  async ([territory, owner, asked, expected], { db }) => {
    expect(await recipient(db, territory, owner, asked)).toBe(expected);
  },
);

test("who is away or switched off is passed over for the next above", async ({ db }) => {
  await absent(db, ["dora"]);
  expect(await recipient(db, "de", "dora", "owner")).toBe("mona");
  await switchOff(db, ["mona"]);
  expect(await recipient(db, "de", "dora", "owner")).toBe("olga");
});

test("the manager of the market comes before the one of the region", async ({ db }) => {
  await db.query(
    "insert into app_public.memberships (actor_id, territory_id, role) values ($1, $2, 'manager')",
    [await actorId(db, "doris"), await territoryId(db, "de")],
  );
  expect(await recipient(db, "de", null, "owner")).toBe("doris");
  await absent(db, ["doris"]);
  expect(await recipient(db, "de", null, "owner")).toBe("mona");
});

test("where neither managers nor operations are there it reaches nobody", async ({ db }) => {
  await switchOff(db, ["gus"]);
  expect(await recipient(db, "globex-nl", null, "manager")).toBeNull();
});

test("who owns it is not the manager that hears of the breach, though they manage the territory", async ({
  db,
}) => {
  await absent(db, ["ada"]); // mona's own manager
  expect(await recipient(db, "uk", "mona", "manager")).toBe("olga");
});

test("the owner's manager is passed over who may not see the lead", async ({ db }) => {
  await db.query(
    "update app_public.actors set manager_id = (select id from app_public.actors where slug = 'gus') where slug = 'dora'",
  );
  expect(await recipient(db, "de", "dora", "manager")).toBe("mona");
});

test("the owner of before who has left the territory is passed over, and a key is nobody to tell", async ({
  db,
}) => {
  expect(await recipient(db, "fr", "dora", "owner")).toBe("mona");
  await db.query("update app_public.actors set kind = 'api_key' where slug = 'mona'");
  expect(await recipient(db, "de", null, "owner")).toBe("olga");
});

async function recipient(
  db: ClientBase,
  territory: string,
  owner: string | null,
  asked: "owner" | "manager",
): Promise<string | null> {
  return oneValue(
    db,
    "select (select slug from app_public.actors where id = app_private.escalation_recipient($1, $2, $3, now())) as value",
    [await territoryId(db, territory), owner === null ? null : await actorId(db, owner), asked === "owner"],
  );
}
