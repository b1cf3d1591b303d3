import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, answer, clocksOf, pause, segmentsOf } from "../support/clocks.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";

test("the second owner after 90 % gets the clock as it stands, and the segments say whose time it was", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fire(db, 270);
  await giveTo(db, leadId, "dirk", 270);
  await answer(db, leadId, await secondsLater(db, 310));
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { elapsed: 310, due_at: await secondsLater(db, 300) },
  ]);
  expect(await segmentsOf(db, leadId, "first_response")).toEqual([
    ["dora", "new", null, 270],
    ["dirk", "new", null, 40],
  ]);
});

test("where the policy says restart, the second owner has a fresh clock and fires thresholds of its own", async ({
  db,
}) => {
  await addPolicy(db, {
    slug: "fresh",
    territory: "de",
    source: "web-form",
    status: "new",
    target_seconds: 300,
    on_reassign: "restart",
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 270)).toBe(1);
  await giveTo(db, leadId, "dirk", 270);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { elapsed: 270, stop_reason: "restarted" },
    { started_at: await secondsLater(db, 270), due_at: await secondsLater(db, 570), stopped_at: null },
  ]);
  expect(await fire(db, 510)).toBe(1);
});

test("to the queue and on to somebody else restarts it once; back to the same person, and the first assignment, do not", async ({
  db,
}) => {
  await addPolicy(db, {
    slug: "fresh",
    territory: "de",
    source: "web-form",
    status: "new",
    target_seconds: 300,
    on_reassign: "restart",
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await giveTo(db, leadId, null, 50);
  await giveTo(db, leadId, "dora", 60);
  expect(await clocksOf(db, leadId, "first_response")).toHaveLength(1);
  await giveTo(db, leadId, null, 70);
  expect(await clocksOf(db, leadId, "first_response")).toHaveLength(1);
  await giveTo(db, leadId, "dirk", 90);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { elapsed: 90 },
    { started_at: await secondsLater(db, 90) },
  ]);
});

test("a clock that rests is handed on resting", async ({ db }) => {
  await addPolicy(db, {
    slug: "fresh",
    territory: "de",
    source: "web-form",
    status: "new",
    target_seconds: 300,
    on_reassign: "restart",
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 1_000));
  await giveTo(db, leadId, "dirk", 200);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { elapsed: 100, stop_reason: "restarted" },
    {
      paused_at: await secondsLater(db, 200),
      pause_reason: "by_hand",
      next_at: await secondsLater(db, 1_000),
      elapsed: 0,
    },
  ]);
});

async function giveTo(db: ClientBase, leadId: string, slug: string | null, seconds: number): Promise<void> {
  const owner = slug === null ? null : await actorId(db, slug);
  await db.query(
    "select app_private.change_owner(leads, $2, $3, 'By hand.', $4) from app_public.leads where id = $1",
    [leadId, owner, owner === null ? "queue" : "reassign", await secondsLater(db, seconds)],
  );
}
