import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { chainOf, mustAccept, ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("who refused a lead is not asked again by the queue; somebody else who comes back is", async ({
  db,
}) => {
  const leadId = await refusedByAll(db, ["dieter"]);
  expect(await sweep(db, "route_queue")).toBe(0);
  expect(await sweep(db, "pass_on_refused")).toBe(0);
  expect(await ownerOf(db, leadId)).toBeNull();
  await db.query(
    "delete from app_public.absences where actor_id = (select id from app_public.actors where slug = 'dieter')",
  );
  expect(await sweep(db, "route_queue")).toBe(0);
  expect(await sweep(db, "pass_on_refused")).toBe(1);
  expect(await sweep(db, "pass_on_refused")).toBe(0);
  expect((await chainOf(db, leadId)).at(-1)).toEqual({
    action: "assign",
    owner: "dieter",
    cause: "waited",
    reason: "Others refused it. Assigned to dieter: next in turn of team sales-de.",
  });
});

test("or who answers for the territory, as soon as they are there", async ({ db }) => {
  const leadId = await refusedByAll(db, ["dieter"]);
  await db.query(
    "delete from app_public.absences where actor_id = (select id from app_public.actors where slug = 'mona')",
  );
  expect(await sweep(db, "pass_on_refused")).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("mona");
});

test("is_refused: leads that nobody refused are the queue's, those that the gate holds nobody's", async ({
  db,
}) => {
  const leadId = await refusedByAll(db, ["dieter"]);
  await db.query("update app_public.leads set held_at = now() where id = $1", [leadId]);
  await absent(db, ["dora", "dirk", "doris"]);
  const { leadId: fresh } = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.absences");
  expect(await sweep(db, "pass_on_refused")).toBe(0);
  expect(await sweep(db, "route_queue")).toBe(1);
  expect([await ownerOf(db, leadId), await ownerOf(db, fresh)]).toEqual([null, expect.any(String)]);
});

/** Dora, dirk and doris declined it; the others of these and whoever answers for the territory are away. */
async function refusedByAll(db: Client, away: readonly string[]): Promise<string> {
  await mustAccept(db, "sales-de", 300);
  await absent(db, [...away, "mona", "olga"]);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  for (const slug of ["dora", "dirk", "doris"]) {
    await actAs(db, await actorId(db, slug));
    await db.query("select app_public.decline_lead($1, 'No')", [leadId]);
    await stopActing(db);
  }
  return leadId ?? "";
}

function sweep(db: Client, kind: "route_queue" | "pass_on_refused"): Promise<number> {
  return asWorker(db, () => oneValue<number>(db, `select app_private.${kind}(now(), 100) as value`));
}
