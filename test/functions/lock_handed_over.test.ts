import type { Client } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { merge, twoLeads, unmerge } from "../support/merges.ts";
import { address, claim, record } from "../support/outbox.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("an outcome waits for whoever holds the lead and then wants its message", async ({ database }) => {
  const [db, holder] = [await connect(database.urls.superuser), await connect(database.urls.superuser)];
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const ids = await claimed(db);
  const backend = await backendOf(db);

  await holder.query("begin");
  await holder.query("select from app_public.leads where id = $1 for no key update", [leadId]);
  const recorded = record(db, ids, { outcome: "accepted" });
  await untilItWaits(holder, backend);
  await holder.query("update app_public.notifications set error = 'seen' where lead_id = $1", [leadId]);
  await holder.query("commit");
  await recorded;
  expect(await handedOver(db, [leadId])).toEqual([{ sent: true, handed_over: true }]);
});

test("what a merge moves meanwhile, and what an unmerge gives back, is recorded", async ({ database }) => {
  const [db, holder] = [await connect(database.urls.superuser), await connect(database.urls.superuser)];
  const { survivorId, mergedId } = await twoLeads(db);
  const ids = await claimed(db);
  const backend = await backendOf(db);

  const meanwhile = async (change: () => Promise<unknown>, told: readonly string[]) => {
    await holder.query("begin");
    await holder.query("select from app_public.leads where id = any ($1) order by id for no key update", [
      [survivorId, mergedId],
    ]);
    const recorded = record(db, told, { outcome: "accepted" });
    await untilItWaits(holder, backend);
    await change();
    await holder.query("commit");
    await recorded;
  };
  await meanwhile(() => merge(holder, survivorId, mergedId), ids.slice(0, 1));
  await meanwhile(() => unmerge(holder, mergedId), ids.slice(1));
  expect(await handedOver(db, [survivorId, mergedId])).toEqual([
    { sent: true, handed_over: true },
    { sent: true, handed_over: true },
  ]);
});

test("leads are locked for messages that hand over, not for others", async ({ database }) => {
  const [db, other] = [await connect(database.urls.superuser), await connect(database.urls.superuser)];
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const ids = await claimed(db);
  const isLockedBy = async (outcome: string) => {
    await db.query("begin");
    await db.query("select app_private.lock_handed_over($1)", [
      JSON.stringify(ids.map((id) => ({ id, outcome }))),
    ]);
    const free = await oneValue<number>(
      other,
      "select count(*)::int as value from (select from app_public.leads where id = $1 for no key update skip locked) as free",
      [leadId],
    );
    await db.query("rollback");
    return free === 0;
  };
  expect([await isLockedBy("accepted"), await isLockedBy("later")]).toEqual([true, false]);
});

async function claimed(db: Client): Promise<string[]> {
  await address(db);
  return (await claim(db)).map(({ id }) => id);
}

function handedOver(db: Client, leadIds: readonly string[]): Promise<object[]> {
  return allRows(
    db,
    `select sent_at is not null as sent, handed_over_at is not null as handed_over
       from app_public.notifications join app_public.leads on leads.id = lead_id where lead_id = any ($1) order by lead_id`,
    [leadIds],
  );
}
