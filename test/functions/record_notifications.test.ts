import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addChannel, address, claim, record, tell } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";

const later = { outcome: "later", reason: "server_error" } as const;

test("an accepted one is never claimed again, and the lead is handed over", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  await record(db, await ids(db), { outcome: "accepted" }, 5);
  expect(await claim(db, 1_000_000)).toEqual([]);
  const at = await secondsLater(db, 5);
  const row = await oneRow(
    db,
    "select sent_at, next_attempt_at, handed_over_at from app_public.notifications join app_public.leads on leads.id = lead_id",
  );
  expect(row).toEqual({ sent_at: at, next_attempt_at: null, handed_over_at: at });
});

test("told twice, it changes nothing more", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  const claimed = await ids(db);
  await record(db, claimed, { outcome: "accepted" }, 5);
  await record(db, claimed, { outcome: "accepted" }, 50);
  await record(db, claimed, { outcome: "refused", reason: "gone" }, 60);
  const first = await secondsLater(db, 5);
  expect(await oneRow(db, "select sent_at, failed_at from app_public.notifications")).toEqual({
    sent_at: first,
    failed_at: null,
  });
  expect(await allValues(db, "select handed_over_at as value from app_public.leads")).toEqual([first]);
});

test("a warning, a copy for the team, and word to who owns it no more hand nothing over", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await addChannel(db, "de", { territory: "de", kinds: ["lead_assigned"] });
  await tell(db, { kind: "sla_threshold", leadId });
  await address(db);
  const rows = await claim(db);
  expect(rows).toHaveLength(3);
  await db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = 'dirk')",
  );
  await record(
    db,
    rows.map(({ id }) => id),
    { outcome: "accepted" },
  );
  expect(await allValues(db, "select handed_over_at as value from app_public.leads")).toEqual([null]);
});

test("pauses grow, what is told counts, and a target that rests costs no attempt", async ({ db }) => {
  await tell(db);
  await address(db);
  const pauses: unknown[] = [];
  for (let at = 0; pauses.length < 4; ) {
    await record(db, await ids(db, at), later, at);
    const wait = await waits(db, at);
    pauses.push(wait);
    at += wait;
  }
  expect(pauses).toEqual([60, 240, 960, 3840]);
  const at = 60 + 240 + 960 + 3840;
  await record(db, await ids(db, at), { ...later, reason: "rate_limited", after: 17, counts: false }, at);
  expect([
    await waits(db, at),
    await oneValue(db, "select attempts as value from app_public.notifications"),
  ]).toEqual([17, 4]);
});

test("target_of names no address: a webhook is tried four times, after 1, 5 and 30 minutes, then there is one case for its owner", async ({
  db,
}) => {
  await addChannel(db, "hook", { territory: "de", kind: "webhook", kinds: ["lead_assigned"] });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await address(db);
  const pauses: number[] = [];
  for (const at of [0, 60, 360]) {
    await record(db, await hookIds(db, at), later, at);
    pauses.push(await waits(db, at, "webhook"));
  }
  expect(pauses).toEqual([60, 300, 1800]);
  await record(db, await hookIds(db, 2160), later, 2160);
  expect(
    await oneRow(
      db,
      "select attempts, error, failed_at is not null as failed from app_public.notifications where channel = 'webhook'",
    ),
  ).toEqual({
    attempts: 4,
    error: "server_error",
    failed: true,
  });
  expect(await cases(db)).toEqual([
    {
      reason: "Messages to webhook hook do not arrive: server error.",
      target: "webhook hook",
      team: "operations",
      lead_id: null,
      open: true,
    },
  ]);
  expect(leadId).toBeTypeOf("string");
});

test("everything else ends after eight attempts, or three days", async ({ db }) => {
  await tell(db, { to: "dora" });
  await tell(db, { to: "dirk", secondsAgo: 3 * 86_400 });
  await address(db);
  const [dora, dirk] = [await of(db, "dora"), await of(db, "dirk")];
  await db.query("update app_public.notifications set attempts = 7");
  await claim(db);
  await db.query("update app_public.notifications set attempts = 1 where id = $1", [dirk]);
  await record(db, [dora, dirk], later);
  expect(await allValues(db, "select failed_at is not null as value from app_public.notifications")).toEqual([
    true,
    true,
  ]);
});

test("fail_notifications, settle_reached: a refusal ends one row and says so; while the case is open another failure opens none; when it arrives again it closes", async ({
  db,
}) => {
  for (let n = 0; n < 3; n += 1) await tell(db);
  await address(db, { hasMail: true });
  const [first, second, third] = await ids(db);
  await record(db, [String(first)], { outcome: "refused", reason: "mailbox_refused" });
  await record(db, [String(second)], { outcome: "refused", reason: "mailbox_refused" });
  expect(await cases(db)).toMatchObject([{ target: "email of dora", open: true }]);
  await record(db, [String(third)], { outcome: "accepted" }, 60);
  expect(await cases(db)).toMatchObject([{ target: "email of dora", open: false }]);
});

test("close_channels: a channel that is gone gets nothing any more, and what waits for it ends with it", async ({
  db,
}) => {
  await addChannel(db, "gone", { territory: "de", kinds: ["lead_assigned"] });
  await addChannel(db, "fr", { territory: "fr", kinds: ["lead_assigned"] });
  await tell(db);
  await tell(db);
  await tell(db, { territory: "fr" });
  await address(db);
  const [row] = (await claim(db)).filter(({ target }) => target === "gone");
  await record(db, [String(row?.id)], { outcome: "refused", reason: "gone", isGone: true });
  expect(
    await allRows(
      db,
      "select slug, failed_at is not null as failed from app_public.notifications join app_private.notification_channels as channels on channels.id = channel_id order by 1",
    ),
  ).toEqual([
    { slug: "fr", failed: false },
    { slug: "gone", failed: true },
    { slug: "gone", failed: true },
  ]);
  expect(
    await allValues(
      db,
      "select slug as value from app_private.notification_channels where disabled_at is not null",
    ),
  ).toEqual(["gone"]);
  expect(await cases(db)).toHaveLength(1);
});

test("what is tried again waits for the morning, unless it is urgent", async ({ db }) => {
  await db.query(
    `insert into app_private.notification_policies (slug, territory_id, quiet_from, quiet_until)
     select 'all-day', id, '00:00', '23:59' from app_public.territories where slug = 'global'`,
  );
  await tell(db, { kind: "sla_threshold" });
  await address(db);
  await record(db, await ids(db), later);
  expect(await waits(db, 0)).toBe(60);
  const plain = await tell(db);
  await db.query("update app_public.notifications set channel = 'log' where event_id = $1", [plain]);
  await record(db, await ids(db), later);
  expect(
    await oneValue(
      db,
      "select to_char(next_attempt_at at time zone 'Europe/Berlin', 'HH24:MI') as value from app_public.notifications where event_id = $1",
      [plain],
    ),
  ).toBe("23:59");
});

test("what was withdrawn while it went out went out", async ({ db }) => {
  await tell(db);
  await address(db);
  const claimed = await ids(db);
  await db.query("update app_public.notifications set next_attempt_at = null, withdrawn_at = now()");
  await record(db, claimed, later);
  expect(
    await oneRow(
      db,
      "select next_attempt_at, withdrawn_at is not null as withdrawn from app_public.notifications",
    ),
  ).toEqual({ next_attempt_at: null, withdrawn: true });
  await record(db, claimed, { outcome: "accepted" });
  expect(
    await oneRow(db, "select sent_at is not null as sent, withdrawn_at from app_public.notifications"),
  ).toEqual({ sent: true, withdrawn_at: null });
});

async function ids(db: ClientBase, seconds = 0): Promise<string[]> {
  return (await claim(db, seconds)).map(({ id }) => id);
}

async function hookIds(db: ClientBase, seconds: number): Promise<string[]> {
  return (await claim(db, seconds)).filter(({ channel }) => channel === "webhook").map(({ id }) => id);
}

function of(db: ClientBase, slug: string): Promise<string> {
  return oneValue(
    db,
    "select notifications.id as value from app_public.notifications join app_public.actors on actors.id = recipient_id where slug = $1",
    [slug],
  );
}

/** Seconds from `seconds` after the beginning of this transaction. */
function waits(db: ClientBase, seconds: number, channel = "log"): Promise<number> {
  return oneValue(
    db,
    "select extract(epoch from next_attempt_at - now())::int - $1::int as value from app_public.notifications where channel = $2",
    [seconds, channel],
  );
}

function cases(db: ClientBase): Promise<object[]> {
  return allRows(
    db,
    `select exceptions.reason, details ->> 'target' as target, teams.slug as team, lead_id, resolved_at is null as open
       from app_public.exceptions join app_public.teams on teams.id = owner_team_id where exceptions.kind = 'notification_failed' order by opened_at, exceptions.id`,
  );
}
