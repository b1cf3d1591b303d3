import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { said } from "../support/gates.ts";
import { everyRow, fire, forgetClock, merge, respond, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

test("touches that came through a key of the merged lead go back with it, and what they brought along", async ({
  db,
}) => {
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  const person = someone({ employees: 10 });
  const { leadId: mergedId } = await receiveOne(db, { attributes: person });
  await merge(db, survivorId, mergedId);
  const [later] = await receive(db, [{ attributes: { ...person, campaign: "autumn" } }]);
  expect(later).toMatchObject({ leadId: survivorId, outcome: "touch_added" });
  await unmerge(db, mergedId);
  for (const table of ["source_events", "captures", "decisions"]) {
    expect([
      table,
      await allValues(
        db,
        `select lead_id as value from app_public.${table} where trace_id = $1 ${table === "decisions" ? "and kind = 'route'" : ""}`,
        [later?.traceId],
      ),
    ]).toEqual([table, [mergedId]]);
  }
});

test("what came with a touch of a merged lead goes with the touch, however the survivors were merged since", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const { leadId: lastId } = await receiveOne(db, { attributes: someone() });
  const email = await oneValue<string>(db, "select email as value from app_public.leads where id = $1", [
    mergedId,
  ]);
  await merge(db, survivorId, mergedId);
  await receive(db, [{ attributes: { email, country: "DE" }, consents: [said("granted", "marketing")] }]);
  const before = await everyRow(db);
  await merge(db, lastId, survivorId, { asOf: await secondsLater(db, 10) });
  await unmerge(db, survivorId, { asOf: await secondsLater(db, 20) });
  expect(await everyRow(db)).toEqual(before);
  await merge(db, lastId, survivorId, { asOf: await secondsLater(db, 30) });
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 40) });
  expect(await allValues(db, "select lead_id as value from app_public.consents")).toEqual([mergedId]);
});

test("out of the middle of a chain: a lead leaves with what is its own, the rest stays", async ({ db }) => {
  const { survivorId: b, mergedId: a } = await twoLeads(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone() });
  const before = await everyRow(db);
  await merge(db, b, a);
  await merge(db, c, b);
  expect(await holders(db)).toEqual([c, c, c]);
  await unmerge(db, a);
  expect(await holders(db)).toEqual([a, c, c]);
  await merge(db, c, a);
  await unmerge(db, b);
  expect(await holders(db)).toEqual([c, b, c]);
  await unmerge(db, a);
  expect(await everyRow(db)).toEqual(before);

  /** Which lead has the touch of a, b and c. */
  async function holders(from: ClientBase): Promise<string[]> {
    return allValues(
      from,
      "select lead_id as value from app_public.source_events order by array_position($1::uuid[], origin_lead_id)",
      [[a, b, c]],
    );
  }
});

test("a branch leaves whole: who was merged into the lead goes with it", async ({ db }) => {
  const { survivorId: b, mergedId: a } = await twoLeads(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone() });
  await merge(db, b, a);
  const before = await everyRow(db);
  await merge(db, c, b);
  await unmerge(db, b);
  expect(await everyRow(db)).toEqual(before);
  expect(await oneValue(db, "select app_private.survivor_of($1) as value", [a])).toBe(b);
});

test("what people changed since stays with the survivor: owner, status, answer", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const merged = await oneRow<{ owner_id: number }>(
    db,
    "select owner_id, status from app_public.leads where id = $1",
    [mergedId],
  );
  await merge(db, survivorId, mergedId);
  const mona = await actorId(db, "mona");
  await asWorker(db, () =>
    db.query(
      "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', now()) from app_public.leads where id = $1",
      [survivorId, mona],
    ),
  );
  await respond(db, survivorId, 30);
  const notes = await oneValue<string[]>(db, "select (app_private.decide_unmerge($1)).notes as value", [
    mergedId,
  ]);
  expect(notes).toEqual([
    "The owner of the survivor was changed since: it stays.",
    "The survivor was answered since: the answer stays with it.",
    "The clock of the lead goes on as if it had never stood still: what fell due meanwhile fires at once.",
  ]);
  await unmerge(db, mergedId);
  expect(
    await oneRow(db, "select owner_id, first_responded_at from app_public.leads where id = $1", [survivorId]),
  ).toEqual({
    owner_id: mona,
    first_responded_at: await secondsLater(db, 30),
  });
  expect(
    await oneRow(db, "select owner_id, status, first_responded_at from app_public.leads where id = $1", [
      mergedId,
    ]),
  ).toEqual({
    ...merged,
    first_responded_at: null,
  });
});

test("a clock that was taken over fires at the survivor, and what it has fired does not fire again", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await forgetClock(db, survivorId);
  await merge(db, survivorId, mergedId);
  expect(await allValues(db, "select lead_id as value from app_public.clocks")).toEqual([survivorId]);
  const due = await oneValue<number>(db, "select target_seconds as value from app_public.clocks");
  expect(await fire(db, due + 1)).toBe(2);
  await unmerge(db, mergedId);
  expect(await allValues(db, "select distinct lead_id as value from app_public.escalations")).toEqual([
    mergedId,
  ]);
  expect(
    await oneRow(db, "select sla_breached_at = sla_due_at as breached from app_public.leads where id = $1", [
      mergedId,
    ]),
  ).toEqual({ breached: true });
  expect(
    await oneValue(db, "select sla_due_at as value from app_public.leads where id = $1", [survivorId]),
  ).toBeNull();
  expect(await fire(db, due * 2)).toBe(1);
});

test("a clock that stood still goes on: what fell due meanwhile fires late, once", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  expect(await fire(db, 3600 * 24 * 30)).toBe(3);
  await unmerge(db, mergedId);
  expect(await fire(db, 3600 * 24 * 30)).toBe(3);
  expect(
    await allRows(
      db,
      "select lead_id, count(*)::int from app_public.escalations group by 1 order by lead_id = $1 desc",
      [survivorId],
    ),
  ).toEqual([
    { lead_id: survivorId, count: 3 },
    { lead_id: mergedId, count: 3 },
  ]);
});

test("a doubt is answered while its leads are one, and open again after", async ({ db }) => {
  const first = someone({ phone: "+4915112345678" });
  const [a, b] = await receive(db, [
    { attributes: first },
    { attributes: someone({ first_name: "Ana", last_name: "Lopez" }) },
  ]);
  await db.query(
    `insert into app_public.exceptions (territory_id, kind, reason, details, capture_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
     select captures.territory_id, 'possible_duplicate', 'By hand', jsonb_build_object('lead_ids', jsonb_build_array($1::text, $2::text)), captures.id,
            team.id, team.id, 'docs/runbooks/possible_duplicate.md', now(), now() + interval '1 day'
       from app_public.captures cross join lateral (select app_private.operations_team(captures.territory_id) as id) as team
      where captures.lead_id = $1::uuid`,
    [a?.leadId, b?.leadId],
  );
  const before = await everyRow(db);
  await merge(db, b?.leadId ?? "", a?.leadId ?? "");
  expect(
    await allValues(
      db,
      "select outcome as value from app_public.exceptions where kind = 'possible_duplicate'",
    ),
  ).toEqual(["merged"]);
  await unmerge(db, a?.leadId ?? "");
  expect(await everyRow(db)).toEqual(before);
});

test("a second time, and a lead that was never merged, are refused", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  await unmerge(db, mergedId);
  const call = "select app_private.unmerge_lead($1, null, now())";
  expect(await refusalOf(db, call, [mergedId])).toBe("STATE");
  expect(await refusalOf(db, call, ["00000000-0000-7000-8000-000000000000"])).toBe("NFUND");
});
