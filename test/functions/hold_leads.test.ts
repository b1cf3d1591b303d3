import type { Client } from "pg";
import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { lift, suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const key = { kind: "email", value: "stop@mail.example" } as const;
const attributes = someone({ email: key.value });

test("the owner keeps the lead, is told to stop, and nothing that waits to be said about it goes out", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes });
  await suppress(db, [key]);
  expect(await notifications(db)).toEqual([
    { kind: "contact_stopped", waits: true, withdrawn: false, recipient: "dora" },
    { kind: "lead_assigned", waits: false, withdrawn: true, recipient: "dora" },
  ]);
  expect(
    await oneRow(
      db,
      `select decisions.action, was.action as followed, actors.slug as owner, leads.held_at is not null as held
         from app_public.leads
         join app_public.decisions on decisions.lead_id = leads.id and decisions.superseded_by_id is null
         join app_public.decisions as was on was.superseded_by_id = decisions.id
         join app_public.actors on actors.id = decisions.owner_id and actors.id = leads.owner_id
        where leads.id = $1`,
      [leadId],
    ),
  ).toEqual({ action: "hold", followed: "assign", owner: "dora", held: true });
});

// What free_leads undoes.
test("no threshold fires while it is held; lifted, the clock goes on with the time that was left", async ({
  db,
}) => {
  await receiveOne(db, { attributes });
  const [before] = await clocks(db);
  await suppress(db, [key], { asOf: await secondsLater(db, 60) });
  expect((await clocks(db)).map(({ next_at }) => next_at)).toEqual([null]);
  await asWorker(db, () => db.query("select app_private.fire_thresholds(now() + interval '30 days', 100)"));
  expect(await allRows(db, "select from app_public.escalations")).toEqual([]);

  await lift(db, [key], { asOf: await secondsLater(db, 3_660) });
  const [after] = await clocks(db);
  expect(after?.started_at).toEqual(before?.started_at);
  for (const column of ["due_at", "next_at"] as const) {
    expect([column, Number(after?.[column]) - Number(before?.[column])]).toEqual([column, 3_600_000]);
  }
  expect(await notifications(db)).toMatchObject([
    { kind: "contact_allowed", waits: true },
    { kind: "contact_stopped", waits: false, withdrawn: true },
    { kind: "lead_assigned", waits: false, withdrawn: true },
  ]);
  expect(
    await oneValue(db, "select action as value from app_public.decisions where superseded_by_id is null"),
  ).toBe("keep_owner");
});

test("who waits in the queue leaves it: its case is closed, nobody claims it, the sweep passes it by", async ({
  db,
}) => {
  await absent(db, ["felix"]);
  const { leadId } = await receiveOne(db, { attributes: { ...attributes, country: "FR" } });
  await suppress(db, [key]);
  expect(await allValues(db, "select outcome as value from app_public.exceptions")).toEqual(["held"]);
  await db.query("delete from app_public.absences");
  expect(await asWorker(db, () => oneValue(db, "select app_private.route_queue(now(), 10) as value"))).toBe(
    0,
  );
  await act(db, "felix");
  expect(await refusalOf(db, "select app_public.claim_lead($1)", [leadId])).toBe("STATE");
});

test("what is put into the outbox for a held lead is withdrawn before it is sent, but not the word to stop", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes });
  await suppress(db, [key]);
  await act(db, "mona");
  await db.query("select app_public.reassign_lead($1, 'dirk')", [leadId]);
  await stopActing(db);
  const claimed = await asWorker(db, async () => {
    await db.query("select app_private.address_notifications(now(), 10, false)");
    return allValues(db, "select kind as value from app_private.claim_notifications(now(), 10)");
  });
  expect(claimed).toEqual(["contact_stopped"]);
  expect(
    await allValues(
      db,
      "select kind as value from app_public.notifications where withdrawn_at is not null order by id",
    ),
  ).toEqual(["lead_assigned", "lead_assigned"]);
});

test("another reason follows the first one, and the same one says nothing new", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes });
  await suppress(db, [key], { reason: "bounced" });
  await suppress(db, [key], { reason: "bounced" });
  await suppress(db, [key], { reason: "legal" });
  const reasons = await allRows<{ reason: string }>(
    db,
    "select reason from app_public.decisions where lead_id = $1 and action = 'hold' order by id",
    [leadId],
  );
  expect(reasons.map(({ reason }) => /bounced|legal/.exec(reason)?.[0])).toEqual(["bounced", "bounced"]);
  expect(reasons[1]?.reason).toContain("(legal)");
  expect((await notifications(db)).filter(({ kind }) => kind === "contact_stopped")).toHaveLength(1);
});

test("a lead of the past is held without a word to anybody", async ({ db }) => {
  await suppress(db, [key]);
  const { leadId } = await receiveOne(db, {
    path: "olist-mql",
    attributes: { ...attributes, external_id: "h1", country: "BR" },
  });
  expect(
    await oneValue(
      db,
      "select held_at is not null and owner_id is null as value from app_public.leads where id = $1",
      [leadId],
    ),
  ).toBe(true);
  expect(await notifications(db)).toEqual([]);
});

function notifications(db: Client) {
  return allRows<{ kind: string }>(
    db,
    `select notifications.kind, next_attempt_at is not null as waits, withdrawn_at is not null as withdrawn, actors.slug as recipient
       from app_public.notifications join app_public.actors on actors.id = recipient_id order by notifications.kind`,
  );
}

function clocks(db: Client) {
  return allRows<{ started_at: Date; due_at: Date; next_at: Date | null }>(
    db,
    "select started_at, due_at, next_at from app_public.clocks",
  );
}
