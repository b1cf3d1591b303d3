import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { changeStatus, segmentsOf } from "../support/clocks.ts";
import { merge, twoLeads } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";

test("each change of owner or status ends an interval under the old names, whoever writes it", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "attempting_to_contact", await secondsLater(db, 30));
  await db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'dirk'), owned_at = $1",
    [await secondsLater(db, 70)],
  );
  await db.query("update app_public.leads set owner_id = null, owned_at = null, routed_at = $1", [
    await secondsLater(db, 80),
  ]);
  await db.query("update app_public.leads set score = 1");
  expect(await segmentsOf(db, leadId, "first_response")).toEqual([
    ["dora", "new", null, 30],
    ["dora", "attempting_to_contact", null, 40],
    ["dirk", "attempting_to_contact", null, 10],
  ]);
});

test("cut_segments by hand: before a change whose instant no column says, and only where time has passed", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const cut = async (seconds: number) =>
    db.query("select app_private.cut_segments(array[$1::uuid], $2)", [
      leadId,
      await secondsLater(db, seconds),
    ]);
  await cut(20);
  await cut(20);
  await cut(10);
  expect(await segmentsOf(db, leadId, "first_response")).toEqual([["dora", "new", null, 20]]);
});

test("an owner who comes with a merge is not seen with the time before it", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await db.query(
    "select app_private.change_owner(leads, null, 'queue', 'By hand.', $2) from app_public.leads where id = $1",
    [survivorId, await secondsLater(db, 40)],
  );
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 100) });
  expect(await segmentsOf(db, survivorId, "first_response")).toEqual([
    ["dora", "new", null, 40],
    [null, "new", null, 60],
  ]);
});
