import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, answer, changeStatus, pause } from "../support/clocks.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

test("current_clock: of those that run or rest the one due first, the outcome only alone, then the one that stopped last", async ({
  db,
}) => {
  await addPolicy(db, { slug: "end", kind: "outcome", target_seconds: 100 });
  await addPolicy(db, { slug: "stage", kind: "stage_time", target_seconds: 1_000 });
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(await shown(db)).toBe("first_response"); // 900 s; the outcome is due before it
  await pause(db, leadId, await secondsLater(db, 5), await secondsLater(db, 8));
  expect(await shown(db)).toBe("first_response");
  await answer(db, leadId, await secondsLater(db, 10));
  expect(await shown(db)).toBe("stage_time");
  await db.query("update app_public.sla_policies set is_active = false where slug = 'stage'");
  await changeStatus(db, leadId, "qualified", await secondsLater(db, 20));
  expect(await shown(db)).toBe("outcome");
  await changeStatus(db, leadId, "closed_won", await secondsLater(db, 30));
  expect(await shown(db)).toBe("stage_time");
});

test("is_met: a clock that stopped for no merit is neither met nor missed", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const met = () =>
    allValues(
      db,
      "select app_private.is_met(clocks) as value from app_public.clocks where lead_id is not null",
    );
  expect(await met()).toEqual([null]);
  await db.query(
    "select app_private.end_clocks(array_agg(id), array_agg(now()), 'restarted') from app_public.clocks",
  );
  expect(await met()).toEqual([null]);
  await db.query("update app_public.clocks set stop_reason = null");
  expect(await met()).toEqual([true]);
});

test("a lead that shows it already is not written again", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const version = () => oneValue(db, "select xmin::text || ctid::text as value from app_public.leads");
  const before = await version();
  await db.query("select app_private.show_clocks(array[$1::uuid])", [leadId]);
  expect(await version()).toBe(before);
});

async function shown(db: ClientBase): Promise<string> {
  const kinds = await allValues<string>(
    db,
    "select current.kind as value from app_public.leads cross join lateral app_private.current_clock(leads.id) as current where current.kind = leads.sla_kind",
  );
  return kinds.join();
}
