import { expect } from "vitest";
import type { Notification, Send } from "../../src/notify/channel.ts";
import { makeLogChannel } from "../../src/notify/log.ts";
import { makeNotify } from "../../src/tasks/notify.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("what a channel accepts is sent, and the lead is handed over", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  const written: [object, string][] = [];
  const log = makeLogChannel((fields, message) => written.push([fields, message]));
  await runJobs(db, { notify: makeNotify({ log }) });
  expect(written).toEqual([
    [{ notification: "lead_assigned", recipient: "dora", leadId, traceId }, "A new lead is yours."],
  ]);
  const row = await oneRow(
    db,
    "select sent_at is not null as sent, attempts, handed_over_at is not null as handed_over from app_public.notifications join app_public.leads on leads.id = lead_id",
  );
  expect(row).toEqual({ sent: true, attempts: 1, handed_over: true });
});

test("what it does not accept waits for the next attempt, and its neighbours are sent", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  const send: Send = async ({ recipient }) => (recipient === "dora" ? "later" : "accepted");
  await runJobs(db, { notify: makeNotify({ log: send }) });
  expect(
    await allRows(
      db,
      `select slug, sent_at is not null as sent, attempts, next_attempt_at > now() as waits, handed_over_at is not null as handed_over
         from app_public.notifications join app_public.actors on actors.id = recipient_id
         join app_public.leads on leads.id = lead_id order by slug desc`,
    ),
  ).toEqual([
    { slug: "dora", sent: false, attempts: 1, waits: true, handed_over: false },
    { slug: "dirk", sent: true, attempts: 1, waits: null, handed_over: true },
  ]);
});

test("a channel that nobody set up accepts nothing", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await runJobs(db, { notify: makeNotify({}) });
  expect(await oneRow(db, "select sent_at, attempts from app_public.notifications")).toEqual({
    sent_at: null,
    attempts: 1,
  });
});

test("a second run sends nothing twice", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  const sent: Notification[] = [];
  const notify = makeNotify({
    log: async (notification) => {
      sent.push(notification);
      return "accepted";
    },
  });
  await runJobs(db, { notify });
  await db.query("select app_private.wake('notify')");
  await runJobs(db, { notify });
  expect(sent).toHaveLength(1);
});
