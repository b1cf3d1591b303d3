import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { address, claim, record } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";

test("a lead of which its owner never heard becomes a case after half an hour, once", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect([await report(db, 1_799), await report(db, 1_800), await report(db, 1_860)]).toEqual([0, 1, 0]);
  expect(await cases(db)).toEqual([{ lead_id: leadId, outcome: null, team: "operations" }]);
});

test("so does one whose message was given up", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  await record(
    db,
    (await claim(db)).map(({ id }) => id),
    { outcome: "refused", reason: "mailbox_refused" },
  );
  expect(await report(db, 1_800)).toBe(1);
});

test("not one whose owner got the message, or has done something without it; and the case closes by that", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  await record(
    db,
    (await claim(db)).map(({ id }) => id),
    { outcome: "accepted" },
  );
  expect(await report(db, 7_200)).toBe(0);

  await receiveOne(db, { attributes: someone() });
  expect(await report(db, 1_800)).toBe(1);
  await db.query("update app_public.leads set handed_over_at = now() where handed_over_at is null");
  await report(db, 1_860);
  expect(await cases(db)).toMatchObject([{ outcome: "handed_over" }]);
});

test("the next owner must hear of it as well: the word of the one before does not count for them", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await address(db);
  const ids = (await claim(db)).map(({ id }) => id);
  await record(db, ids, { outcome: "accepted" });
  await asWorker(db, () =>
    db.query(
      `select app_private.change_owner(leads, actors.id, 'assign', 'Their day.', now() + interval '1 hour')
         from app_public.leads, app_public.actors where leads.id = $1 and actors.slug = 'dirk'`,
      [leadId],
    ),
  );
  expect([await report(db, 5_399), await report(db, 5_400)]).toEqual([0, 1]);
  await address(db, { at: new Date(Date.now() + 7_200_000) });
  const next = (await claim(db, 86_400)).filter(({ recipient }) => recipient === "dirk");
  await record(
    db,
    next.map(({ id }) => id),
    { outcome: "accepted" },
    86_400,
  );
  await report(db, 86_400);
  expect(await cases(db)).toMatchObject([{ lead_id: leadId, outcome: "handed_over" }]);
});

test("not one that is closed, held, a test or of the past", async ({ db }) => {
  for (const column of [
    "closed_at = now(), status = 'closed_lost'",
    "held_at = now()",
    "is_history = true",
  ]) {
    const { leadId } = await receiveOne(db, { attributes: someone() });
    await db.query(`update app_public.leads set ${column} where id = $1`, [leadId]);
  }
  await receiveOne(db, { attributes: someone(), isTest: true });
  expect(await report(db, 7_200)).toBe(0);
});

test("so does one whose message was withdrawn or never written, and not again when somebody has closed it", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.notifications set withdrawn_at = now(), next_attempt_at = null");
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.notifications where lead_id = $1", [leadId]);
  expect([await report(db, 1_799), await report(db, 1_800)]).toEqual([0, 2]);
  await db.query("update app_public.exceptions set resolved_at = opened_at, outcome = 'told by phone'");
  expect(await report(db, 1_900)).toBe(0);
});

test("how long an owner may go without word says the nearest territory", async ({ db }) => {
  await db.query(
    "update app_public.territories set handover_seconds = case slug when 'global' then 60 else 7200 end where slug in ('global', 'de')",
  );
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect([
    await report(db, 59),
    await report(db, 60),
    await report(db, 7_199),
    await report(db, 7_200),
  ]).toEqual([0, 1, 0, 1]);
  expect((await cases(db)).at(-1)).toMatchObject({ lead_id: leadId });
});

test("a message that kills its worker each time is given up", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  for (let at = 0; at < 8 * 120; at += 120) expect(await claim(db, at)).toHaveLength(1);
  await report(db, 8 * 120);
  expect(
    await oneRow(db, "select error, attempts, failed_at is not null as failed from app_public.notifications"),
  ).toEqual({
    error: "abandoned",
    attempts: 8,
    failed: true,
  });
  expect(
    await allValues(db, "select kind as value from app_public.exceptions where kind = 'notification_failed'"),
  ).toHaveLength(1);
});

function report(db: ClientBase, seconds: number): Promise<number> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.report_handovers(now() + make_interval(secs => $1)) as value", [
      seconds,
    ]),
  );
}

function cases(db: ClientBase): Promise<object[]> {
  return allRows(
    db,
    "select lead_id, outcome, teams.slug as team from app_public.exceptions join app_public.teams on teams.id = owner_team_id where exceptions.kind = 'never_handed_over' order by exceptions.id",
  );
}
