import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { chainOf, ownerOf } from "../support/pools.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

// A lead of the German web form has 300 seconds to a first response: 150 % are 450.

test("at 150 % the escalation target has the lead, once; whose it was and why is kept", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 449);
  expect(await ownerOf(db, leadId)).toBe("dora");
  await fireAll(db, 450);
  await fireAll(db, 9000);
  expect(await chainOf(db, leadId)).toMatchObject([
    { action: "assign", owner: "dora", cause: null },
    {
      action: "reassign",
      owner: "mona",
      cause: "escalated",
      reason:
        "150 % of the time to a first response have passed. Assigned to mona: next in turn of team sales-emea.",
    },
  ]);
  expect(
    await allValues(db, "select outcome as value from app_public.assignments order by assigned_at"),
  ).toEqual(["escalated", null]);
  const told = await allValues(
    db,
    `select slug as value from app_public.notifications join app_public.actors on actors.id = recipient_id
      where notifications.kind = 'lead_assigned' order by notifications.id`,
  );
  expect(told).toEqual(["dora", "mona"]);
});

test("the clock runs on: what was spent stays spent, and nothing fires a second time", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const clock = () =>
    oneRow(db, "select started_at, due_at, policy_id from app_public.clocks where lead_id = $1", [leadId]);
  const before = await clock();
  await fireAll(db, 450);
  expect(await clock()).toEqual(before);
  expect(await thresholds(db)).toEqual([80, 100, 150]);
});

test("the first threshold from 150 % on reassigns, a later one only escalates", async ({ db }) => {
  await db.query(
    "update app_public.sla_policies set thresholds = '{100,200,300}' where slug = 'first-response-de-web'",
  );
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 599);
  expect(await ownerOf(db, leadId)).toBe("dora");
  await fireAll(db, 600);
  expect(await ownerOf(db, leadId)).toBe("mona");
  await fireAll(db, 900);
  expect([await chainOf(db, leadId), await thresholds(db)]).toMatchObject([
    [{}, {}],
    [100, 200, 300],
  ]);
});

test("is the pool above away, who answers for the territory has it, then never again who had it", async ({
  db,
}) => {
  await absent(db, ["mona"], await secondsLater(db, 86_400));
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 450);
  expect(await ownerOf(db, leadId)).toBe("olga"); // of operations, whom sales-emea escalates to
});

test("is nobody else there the owner keeps it, and a case opens", async ({ db }) => {
  await absent(db, ["mona", "olga"], await secondsLater(db, 86_400));
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 450);
  expect(await chainOf(db, leadId)).toMatchObject([{ owner: "dora" }]);
  expect(await ownerOf(db, leadId)).toBe("dora");
  expect(await openCase(db, leadId)).toEqual({
    kind: "nobody_available",
    reason: "150 % of the time to a first response have passed. Nobody else is available.",
  });
});

test("a lead that nobody owns goes there too", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"], await secondsLater(db, 86_400));
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 450);
  expect(await chainOf(db, leadId)).toMatchObject([
    { action: "queue" },
    { action: "assign", owner: "mona", cause: "escalated" },
  ]);
  expect(await openCase(db, leadId)).toBeUndefined();
});

test("and where no pool stands above, to who answers for the territory", async ({ db }) => {
  await db.query("update app_public.teams set escalates_to_id = null");
  const owned = await receiveOne(db, { attributes: someone() });
  await absent(db, ["dora", "dirk", "doris", "dieter"], await secondsLater(db, 86_400));
  const unowned = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 450);
  expect([await ownerOf(db, owned.leadId), await ownerOf(db, unowned.leadId)]).toEqual(["mona", "mona"]);
});

test("closed, merged and held leads stay where they are", async ({ db }) => {
  const [closed, merged, held, open] = await receive(
    db,
    Array.from({ length: 4 }, () => ({ attributes: someone() })),
  );
  await db.query("update app_public.leads set status = 'closed_lost', closed_at = now() where id = $1", [
    closed?.leadId,
  ]);
  await db.query("update app_public.leads set merged_into_id = $2 where id = $1", [
    merged?.leadId,
    open?.leadId,
  ]);
  await db.query("update app_public.leads set held_at = now() where id = $1", [held?.leadId]);
  const owners = async () =>
    [
      await ownerOf(db, closed?.leadId ?? ""),
      await ownerOf(db, merged?.leadId ?? ""),
      await ownerOf(db, held?.leadId ?? ""),
    ] as const;
  const before = await owners();
  await fireAll(db, 450);
  expect(await owners()).toEqual(before);
  expect(await ownerOf(db, open?.leadId ?? "")).toBe("mona");
});

test("who lost it by the clock is not asked for it again; the next refusal climbs further", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 450);
  await actAs(db, await actorId(db, "mona"));
  await db.query("select app_public.decline_lead($1, 'Not mine')", [leadId]);
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBe("olga");
});

test("two workers at once reassign each lead once", async () => {
  const database = await createDatabase();
  try {
    const workers = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    const [first] = workers;
    await receive(
      first,
      Array.from({ length: 40 }, () => ({ attributes: someone() })),
    );
    const asOf = await secondsLater(first, 86_400);
    await Promise.all(
      workers.map(async (worker) => {
        for (let fired = 1; fired > 0; ) {
          fired = await oneValue<number>(worker, "select app_private.fire_thresholds($1, 7) as value", [
            asOf,
          ]);
        }
      }),
    );
    while ((await oneValue<number>(first, "select app_private.fire_thresholds($1, 7) as value", [asOf])) > 0);
    const state = await oneRow(
      first,
      `select count(*)::int as moved, count(distinct lead_id)::int as leads, count(superseded_by_id)::int as superseded
         from app_public.decisions where inputs ->> 'cause' = 'escalated'`,
    );
    expect(state).toEqual({ moved: 40, leads: 40, superseded: 0 });
  } finally {
    await database.drop();
  }
});

async function fireAll(db: ClientBase, seconds: number): Promise<void> {
  await asWorker(db, async () => {
    for (let fired = 1; fired > 0; ) {
      fired = await oneValue<number>(
        db,
        "select app_private.fire_thresholds(now() + make_interval(secs => $1), 10) as value",
        [seconds],
      );
    }
  });
}

function thresholds(db: ClientBase): Promise<number[]> {
  return allValues(db, "select threshold as value from app_public.escalations order by threshold");
}

async function openCase(db: ClientBase, leadId: string): Promise<object | undefined> {
  const [open] = await allRows<object>(
    db,
    "select kind, reason from app_public.exceptions where lead_id = $1 and resolved_at is null",
    [leadId],
  );
  return open;
}
