import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, answer, changeStatus, clocksOf, hear } from "../support/clocks.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { reported, settle } from "../support/settle.ts";

// The sample organization answers within four hours: 14,400 s.

test("who writes after the first response waits for the next one, until somebody answers", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await answer(db, leadId, await secondsLater(db, 60));
  await hear(db, leadId, await secondsLater(db, 100));
  await hear(db, leadId, await secondsLater(db, 200)); // still the same wait
  expect(await oneRow(db, "select sla_kind, sla_due_at, sla_met_at from app_public.leads")).toEqual({
    sla_kind: "next_response",
    sla_due_at: await secondsLater(db, 14_500),
    sla_met_at: null,
  });
  await answer(db, leadId, await secondsLater(db, 700));
  expect(await clocksOf(db, leadId, "next_response")).toMatchObject([
    {
      started_at: await secondsLater(db, 100),
      stopped_at: await secondsLater(db, 700),
      elapsed: 600,
      stop_reason: null,
    },
  ]);
  expect(await oneRow(db, "select first_responded_at, sla_kind, sla_met_at from app_public.leads")).toEqual({
    first_responded_at: await secondsLater(db, 60),
    sla_kind: "next_response",
    sla_met_at: await secondsLater(db, 700),
  });
  await hear(db, leadId, await secondsLater(db, 800));
  expect(await clocksOf(db, leadId, "next_response")).toHaveLength(2);
});

test("who waits for the first response, or is closed, waits for no next one", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await hear(db, leadId, await secondsLater(db, 60));
  await changeStatus(db, leadId, "closed_lost", await secondsLater(db, 100));
  await hear(db, leadId, await secondsLater(db, 200));
  expect(await clocksOf(db, leadId, "next_response")).toEqual([]);
});

test("what an import of the past tells starts no clock, of nobody", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@example.de" }) });
  await answer(db, leadId, await secondsLater(db, 60));
  const asOf = await secondsLater(db, 200);
  const occurredAt = asOf.toISOString();
  const word = [{ settle: reported("ana@example.de", { kind: "message", isResponse: false, occurredAt }) }];
  await tellsOfThePast(db, true);
  await settle(db, word, { asOf });
  expect(await clocksOf(db, leadId, "next_response")).toEqual([]);
  await tellsOfThePast(db, false);
  await settle(db, word, { asOf });
  expect(await clocksOf(db, leadId, "next_response")).toHaveLength(1);

  const past = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.clocks where lead_id = $1", [past.leadId]);
  await db.query("update app_public.leads set is_history = true where id = $1", [past.leadId]);
  await addPolicy(db, { slug: "stage", kind: "stage_time", target_seconds: 60 });
  for (const status of ["contacted", "closed_won", "qualified"])
    await changeStatus(db, past.leadId, status, asOf);
  await hear(db, past.leadId, await secondsLater(db, 300));
  expect(await allRows(db, "select from app_public.clocks where lead_id = $1", [past.leadId])).toEqual([]);
});

test("a word that is told after our response to it was answered then, and one after the response waits", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await answer(db, leadId, await secondsLater(db, 60));
  await answer(db, leadId, await secondsLater(db, 500));
  await hear(db, leadId, await secondsLater(db, 100));
  expect(await clocksOf(db, leadId, "next_response")).toMatchObject([
    { started_at: await secondsLater(db, 100), stopped_at: await secondsLater(db, 500), elapsed: 400 },
  ]);
});

test("a response from before the word stops nothing of it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await answer(db, leadId, await secondsLater(db, 60));
  await hear(db, leadId, await secondsLater(db, 100));
  await answer(db, leadId, await secondsLater(db, 90)); // told late
  expect(await clocksOf(db, leadId, "next_response")).toMatchObject([{ stopped_at: null }]);
});

test("while the ball is the person's a clock may rest, for so long at most", async ({ db }) => {
  await addPolicy(db, {
    slug: "end",
    kind: "outcome",
    target_seconds: 10_000,
    pauses_on: ["customer"],
    max_pause_seconds: 3_000,
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await answer(db, leadId, await secondsLater(db, 60));
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    { pause_reason: "customer", elapsed: 60, next_at: await secondsLater(db, 3_060) },
  ]);
  await hear(db, leadId, await secondsLater(db, 1_060));
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    { pause_reason: null, elapsed: 60, due_at: await secondsLater(db, 11_000) },
  ]);
});

test("who comes again has said something: answered once, the lead waits for the next response", async ({
  db,
}) => {
  const attributes = someone();
  const { leadId } = await receiveOne(db, { attributes });
  await receive(db, [{ attributes }]);
  expect(await clocksOf(db, leadId, "next_response")).toEqual([]);
  await answer(db, leadId, await secondsLater(db, -60));
  await receive(db, [{ attributes }]);
  expect(await clocksOf(db, leadId, "next_response")).toMatchObject([
    { started_at: await secondsLater(db, 0) },
  ]);
});

/** Whether the next version of the contract of `web-form` is one of the past. */
async function tellsOfThePast(db: ClientBase, isHistory: boolean): Promise<void> {
  await db.query(
    `with next as (
       insert into app_public.contracts (path_id, territory_id, version, definition, fallback_territory_id, is_history, published_at)
       select contracts.path_id, contracts.territory_id, version + 1, definition, fallback_territory_id, $1, now()
         from app_public.contracts join app_public.capture_paths on active_contract_id = contracts.id where slug = 'web-form'
       returning id)
     update app_public.capture_paths set active_contract_id = next.id from next where slug = 'web-form'`,
    [isHistory],
  );
}
