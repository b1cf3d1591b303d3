import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";

// A lead of the German web form is due after 300 seconds.

test("a policy says at which percentage what is done", async ({ db }) => {
  await policySays(db, [50, 100], { "50": ["reassign"], "100": ["notify_owner"] });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await ownerOf(db, leadId)).toBe("dora");
  await fireAll(db, 150);
  expect(await ownerOf(db, leadId)).toBe("mona");
  expect(await told(db)).toEqual([]);
  await fireAll(db, 300);
  expect(await told(db)).toEqual(["mona"]); // who owns it by now
});

test("owner and manager are told both, and one who is both once", async ({ db }) => {
  await policySays(db, [100], { "100": ["notify_owner", "notify_manager"] });
  await receiveOne(db, { attributes: someone() });
  await db.query(
    "update app_public.actors set manager_id = (select id from app_public.actors where slug = 'mona') where slug = 'dora'",
  );
  await fireAll(db, 300);
  expect(await told(db)).toEqual(["dora", "mona"]);
  expect(await oneValue(db, FIRST_TOLD)).toBe("dora");
});

test("what has no action is a row all the same, and tells nobody", async ({ db }) => {
  await policySays(db, [80, 100], { "80": [], "100": [] });
  await receiveOne(db, { attributes: someone() });
  await fireAll(db, 300);
  expect(await allValues(db, "select threshold as value from app_public.escalations order by 1")).toEqual([
    80, 100,
  ]);
  expect(await told(db)).toEqual([]);
});

test("a case is opened once for a lead, with what fired", async ({ db }) => {
  await policySays(db, [100, 120], { "100": ["open_exception"], "120": ["open_exception"] });
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 9000);
  const cases = await allRows(
    db,
    "select lead_id, trace_id, reason, details -> 'threshold' as threshold from app_public.exceptions where kind = 'sla_breached'",
  );
  expect(cases).toEqual([
    {
      lead_id: leadId,
      trace_id: traceId,
      reason: "100 % of the time to a first response have passed.",
      threshold: 100,
    },
  ]);
});

test("a status that is set is written down, and is no sign of life", async ({ db }) => {
  await policySays(db, [100], { "100": [{ set_status: "nurturing" }] });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const before = await oneRow(db, "select last_activity_at, first_responded_at from app_public.leads");
  await fireAll(db, 300);
  expect(await oneRow(db, "select status from app_public.leads where id = $1", [leadId])).toEqual({
    status: "nurturing",
  });
  expect(
    await allRows(
      db,
      "select actor_id, kind, is_response, note from app_public.activities where lead_id = $1",
      [leadId],
    ),
  ).toEqual([{ actor_id: null, kind: "status_change", is_response: false, note: "new to nurturing" }]);
  expect(await oneRow(db, "select last_activity_at, first_responded_at from app_public.leads")).toEqual(
    before,
  );
});

test("nothing is done with a lead that was closed before its clock stopped", async ({ db }) => {
  await policySays(db, [100], { "100": [{ set_status: "nurturing" }, "reassign", "open_exception"] });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("alter table app_public.leads disable trigger all");
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now() where id = $1", [
    leadId,
  ]);
  await fireAll(db, 300);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(await oneValue(db, "select status as value from app_public.leads where id = $1", [leadId])).toBe(
    "closed_lost",
  );
  expect(await allRows(db, "select from app_public.exceptions")).toEqual([]);
});

test("the channel of the territory is told, and of a team only one that sees the lead", async ({ db }) => {
  await policySays(db, [100, 110, 120], {
    "100": ["notify_channel"],
    "110": [{ notify_channel: "sales-emea" }],
    "120": [{ notify_channel: "sales-us" }],
  });
  await db.query(
    `insert into app_private.notification_channels (slug, territory_id, team_id, kind)
     select 'of-de', id, null, 'webhook' from app_public.territories where slug = 'de'
     union all
     select 'of-' || slug, null, id, 'webhook' from app_public.teams where slug in ('sales-emea', 'sales-us')`,
  );
  await receiveOne(db, { attributes: someone() });
  await fireAll(db, 9000);
  const heard = await allRows(
    db,
    `select channels.slug, notifications.text from app_public.notifications
       join app_private.notification_channels as channels on channels.id = channel_id
      where notifications.kind = 'sla_threshold' order by notifications.text`,
  );
  expect(heard).toEqual([
    { slug: "of-de", text: "100 % of the time to a first response have passed." },
    { slug: "of-sales-emea", text: "110 % of the time to a first response have passed." },
  ]);
});

const FIRST_TOLD = `
  select actors.slug as value from app_public.escalations join app_public.actors on actors.id = recipient_id`;

async function policySays(db: ClientBase, thresholds: number[], actions: object): Promise<void> {
  await db.query(
    "update app_public.sla_policies set thresholds = $1, threshold_actions = $2 where slug = 'first-response-de-web'",
    [thresholds, JSON.stringify(actions)],
  );
}

/** Everything that is due so many seconds after the arrival. */
async function fireAll(db: ClientBase, seconds: number): Promise<void> {
  await asWorker(db, async () => {
    for (let fired = 1; fired > 0; ) {
      fired = await oneValue<number>(
        db,
        "select app_private.fire_thresholds(now() + make_interval(secs => $1), 100) as value",
        [seconds],
      );
    }
  });
}

/** People told of a threshold, by their slugs. */
function told(db: ClientBase): Promise<string[]> {
  return allValues(
    db,
    `select distinct actors.slug as value from app_public.notifications join app_public.actors on actors.id = recipient_id
      where notifications.kind = 'sla_threshold' order by 1`,
  );
}
