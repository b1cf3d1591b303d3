import { expect } from "vitest";
import { attempt, caseOf, openCase } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";

const ACKNOWLEDGE = "select app_public.acknowledge_exception($1)";

test("who acknowledges a case has it; a second time changes nothing", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await attempt(db, "dirk", ACKNOWLEDGE, [id])).toBe("");
  expect(await attempt(db, "dirk", ACKNOWLEDGE, [id])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({ owner: "dirk", is_acknowledged: true });
});

test("what somebody else has is taken, also for a manager", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dirk", ACKNOWLEDGE, [id]);
  expect(await attempt(db, "dora", ACKNOWLEDGE, [id])).toBe("TAKEN");
  expect(await attempt(db, "mona", ACKNOWLEDGE, [id])).toBe("TAKEN");
});

test("a resolved case has nothing to acknowledge", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dirk", "select app_public.resolve_exception($1, 'done')", [id]);
  expect(await attempt(db, "dirk", ACKNOWLEDGE, [id])).toBe("STATE");
});

test("a rep of another team may not; a key with every right is still no person", async ({ db }) => {
  const id = await openCase(db, "contract_violation");
  expect(await attempt(db, "dora", ACKNOWLEDGE, [id])).toBe("DENID");
  await db.query(
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, 'operations' from app_public.actors, app_public.territories
      where actors.slug = 'partner' and territories.slug = 'de' on conflict do nothing`,
  );
  expect(await attempt(db, "partner", ACKNOWLEDGE, [id])).toBe("DENID");
});
