import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { caseOf } from "../support/cases.ts";
import { answer, changeStatus } from "../support/clocks.ts";
import { suppress } from "../support/gates.ts";
import { merge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

test.for(["closed_lost", "closed_won"])(
  "who comes back after their lead was %s is a case, once, and the lead stays closed",
  async (status, { db }) => {
    const { person, leadId } = await closed(db, status);
    const [, again, open] = await receive(db, [
      { attributes: someone() },
      { attributes: person },
      { attributes: person },
    ]);
    await receiveOne(db, { attributes: person });
    expect(await cases(db)).toEqual([
      {
        lead_id: leadId,
        reason: `The person came back after the lead was closed (${status}).`,
        trace_id: again?.traceId,
        path: "web-form",
        outcome: null,
      },
    ]);
    expect(open?.leadId).toBe(leadId);
    const id: string = await oneValue(db, "select id as value from app_public.exceptions");
    expect(await caseOf(db, id)).toMatchObject({ due: 14_400, acknowledge: 3_600, team: "operations" });
    expect(
      await allValues(db, "select status as value from app_public.leads where id = $1", [leadId]),
    ).toEqual([status]);
  },
);

test("who comes to an open lead is none, nor is an arrival from before it was closed", async ({ db }) => {
  const { person, leadId } = await closed(db, "nurturing");
  await receiveOne(db, { attributes: person });
  await db.query(
    "update app_public.leads set closed_at = now() + interval '1 minute', status = 'closed_lost' where id = $1",
    [leadId],
  );
  await receiveOne(db, { attributes: person });
  expect(await cases(db)).toEqual([]);
});

test("nor do tests, imports of the past, leads of the past and suppressed persons open one", async ({
  db,
}) => {
  const known = [await closed(db), await closed(db), await closed(db)];
  const [past, suppressed, imported] = known.map(({ person }) => person);
  await db.query("update app_public.leads set is_history = true where id = $1", [known[0]?.leadId]);
  await suppress(db, [{ kind: "email", value: String(suppressed?.email) }]);
  const trial = someone();
  const tested = await receiveOne(db, { attributes: trial, isTest: true });
  await close(db, tested.leadId);
  await receive(db, [
    { attributes: past ?? {} },
    { attributes: suppressed ?? {} },
    { attributes: trial, isTest: true },
  ]);
  expect(
    await allValues(db, "select held_at is not null as value from app_public.leads where id = $1", [
      known[1]?.leadId,
    ]),
  ).toEqual([true]);
  await db.query(
    `with past as (
       insert into app_public.contracts (path_id, territory_id, version, definition, fallback_territory_id, is_history, published_at)
       select contracts.path_id, contracts.territory_id, contracts.version + 1, definition, fallback_territory_id, true, now()
         from app_public.contracts join app_public.capture_paths on active_contract_id = contracts.id and slug = 'partner-feed'
       returning id, path_id)
     update app_public.capture_paths set active_contract_id = past.id from past where past.path_id = capture_paths.id`,
  );
  await receive(db, [{ attributes: imported ?? {}, path: "partner-feed" }]);
  expect(await cases(db)).toEqual([]);
  await receive(db, [{ attributes: imported ?? {} }]);
  expect(await cases(db)).toHaveLength(1);
});

test("it closes when the lead is opened again, or somebody answers; the next touch opens another", async ({
  db,
}) => {
  const { person, leadId } = await closed(db);
  await receiveOne(db, { attributes: person });
  await changeStatus(db, leadId, "new", await secondsLater(db, 20));
  expect(await outcomes(db)).toEqual(["done"]);
  await changeStatus(db, leadId, "closed_lost", await secondsLater(db, 30));
  await db.query("update app_public.leads set closed_at = now()");
  await receiveOne(db, { attributes: person });
  expect(await outcomes(db)).toEqual(["done", null]);
  await answer(db, leadId, await secondsLater(db, -60)); // told late: of before
  expect(await outcomes(db)).toEqual(["done", null]);
  await answer(db, leadId, await secondsLater(db, 60));
  expect(await outcomes(db)).toEqual(["done", "done"]);
});

test("merged into an open lead there is nothing to do about it", async ({ db }) => {
  const { person, leadId } = await closed(db);
  await receiveOne(db, { attributes: person });
  const survivor = await receiveOne(db, { attributes: someone() });
  await merge(db, survivor.leadId, leadId);
  expect(await outcomes(db)).toEqual(["merged"]);
});

async function closed(db: ClientBase, status = "closed_lost") {
  const person = someone();
  const { leadId } = await receiveOne(db, { attributes: person });
  await close(db, leadId, status);
  return { person, leadId };
}

async function close(db: ClientBase, leadId: string, status = "closed_lost"): Promise<void> {
  await changeStatus(db, leadId, status, await secondsLater(db, 0));
}

function cases(db: ClientBase) {
  return allRows(
    db,
    `select lead_id, reason, trace_id, capture_paths.slug as path, outcome
       from app_public.exceptions left join app_public.capture_paths on capture_paths.id = path_id
      where kind = 'returned_after_closing' order by exceptions.id`,
  );
}

function outcomes(db: ClientBase): Promise<(string | null)[]> {
  return allValues(
    db,
    "select outcome as value from app_public.exceptions where kind = 'returned_after_closing' order by id",
  );
}
