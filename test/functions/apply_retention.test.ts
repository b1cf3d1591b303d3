import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { asWorker, receive, receiveOne, secondsLater, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

type Rule = { slug: string; subject: string; status?: string; purpose?: string; days: number | null };

const DAY = 86_400;

test("without a rule nothing is ever past its time", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(await due(db, 36_500)).toEqual([]);
  expect(await apply(db, 36_500)).toBe(0);
});

test("a lost lead that nobody was active with is erased with its person; a client's rule is its own", async ({
  db,
}) => {
  await addRules(db, { slug: "lost", subject: "leads", status: "closed_lost", days: 30 });
  const [lost, open] = await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  const foreign = await receiveOne(db, { attributes: someone({ country: "NL" }), path: "globex-form" });
  await close(db, lost?.leadId, foreign.leadId);
  expect(await due(db, 29)).toEqual([]);
  expect(await due(db, 31)).toEqual([{ slug: "lost", subject: "leads", id: lost?.leadId }]);
  expect(await apply(db, 31)).toBe(1);
  expect(
    await allValues(db, "select id as value from app_public.leads where erased_at is null order by id"),
  ).toEqual([open?.leadId, foreign.leadId].toSorted());
  expect(await oneValue(db, "select cause as value from app_private.erasures")).toBe("retention");
  expect(await apply(db, 31)).toBe(0);
});

test("the most specific rule counts: purpose before status; null keeps for ever", async ({ db }) => {
  await addRules(
    db,
    { slug: "any", subject: "leads", days: 10 },
    { slug: "lost", subject: "leads", status: "closed_lost", days: 20 },
    { slug: "marketing", subject: "leads", purpose: "marketing", days: 40 },
    { slug: "research", subject: "leads", purpose: "research", days: null },
  );
  const leads = await receive(
    db,
    [1, 2, 3, 4].map(() => ({ attributes: someone() })),
  );
  const [open, lost, marketed, studied] = leads.map(({ leadId }) => leadId);
  await close(db, lost ?? null, marketed ?? null, studied ?? null);
  await consent(db, marketed, "marketing");
  await consent(db, studied, "marketing");
  await consent(db, studied, "research"); // of two purposes the one that keeps it longer
  const ids = async (days: number) => (await due(db, days)).map(({ id }) => id).toSorted();
  expect(await ids(11)).toEqual([open]);
  expect(await ids(21)).toEqual([open, lost].toSorted());
  expect(await ids(36_000)).toEqual([open, lost, marketed].toSorted());
});

test("content of arrivals goes by itself, notifications too, and the audit tells of each rule how many", async ({
  db,
}) => {
  await addRules(
    db,
    { slug: "raw", subject: "processed_captures", days: 10 },
    { slug: "refused", subject: "refused_captures", days: 20 },
    { slug: "told", subject: "notifications", days: 30 },
  );
  const taken = await receiveOne(db, { attributes: someone({ last_name: "Kept" }) });
  const [refused] = await stageArrivals(db, [{ attributes: {} }]);
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, now())", [
      JSON.stringify([{ id: refused, violations: [] }]),
    ]),
  );
  await db.query("update app_public.notifications set sent_at = now(), next_attempt_at = null");
  expect(await apply(db, 15)).toBe(1);
  expect(await emptied(db)).toEqual([taken.captureId]);
  expect(
    await oneValue(db, "select last_name as value from app_public.leads where id = $1", [taken.leadId]),
  ).toBe("Kept");
  expect(await apply(db, 25)).toBe(1);
  expect(await emptied(db)).toEqual([taken.captureId, refused].toSorted());
  expect(
    await oneValue(db, "select count(*)::int as value from app_public.exceptions where resolved_at is null"),
  ).toBe(0);
  expect(await apply(db, 35)).toBe(1);
  expect(await oneValue(db, "select count(*)::int as value from app_public.notifications")).toBe(0);
  expect(
    await allRows(
      db,
      "select entity_id, changes from app_private.audit_entries where entity = 'retention_rules' and action = 'delete' order by id",
    ),
  ).toEqual([
    { entity_id: "raw", changes: { processed_captures: 1 } },
    { entity_id: "refused", changes: { refused_captures: 1 } },
    { entity_id: "told", changes: { notifications: 1 } },
  ]);
});

test("at most so many of each rule at once, the oldest first", async ({ db }) => {
  await addRules(db, { slug: "any", subject: "leads", days: 1 });
  await receive(
    db,
    [1, 2, 3].map(() => ({ attributes: someone() })),
  );
  await db.query(
    "update app_public.leads set last_activity_at = last_activity_at - row_number * interval '1 hour' from (select id, row_number() over (order by id) from app_public.leads) as numbered where numbered.id = leads.id",
  );
  const oldest = await oneValue(
    db,
    "select id as value from app_public.leads order by last_activity_at limit 1",
  );
  expect((await due(db, 2, 1)).map(({ id }) => id)).toEqual([oldest]);
  expect([await apply(db, 2, 2), await apply(db, 2, 2), await apply(db, 2, 2)]).toEqual([2, 1, 0]);
});

async function addRules(db: ClientBase, ...rules: Rule[]): Promise<void> {
  const client = await territoryId(db, "global");
  for (const { slug, subject, status, purpose, days } of rules) {
    await db.query(
      "insert into app_private.retention_rules (slug, territory_id, subject, status, purpose, keep_days) values ($1, $2, $3, $4, $5, $6)",
      [slug, client, subject, status ?? null, purpose ?? null, days],
    );
  }
}

const due = async (db: ClientBase, days: number, atMost = 100) =>
  allRows<{ slug: string; subject: string; id: string }>(
    db,
    "select * from app_private.decide_retention($1, $2)",
    [await secondsLater(db, days * DAY), atMost],
  );

const apply = async (db: ClientBase, days: number, atMost = 100) => {
  const asOf = await secondsLater(db, days * DAY);
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.apply_retention($1, $2) as value", [asOf, atMost]),
  );
};

async function close(db: ClientBase, ...ids: (string | null | undefined)[]): Promise<void> {
  await db.query(
    "update app_public.leads set status = 'closed_lost', closed_at = now() where id = any ($1)",
    [ids],
  );
}

async function consent(db: ClientBase, leadId: string | null | undefined, purpose: string): Promise<void> {
  await db.query(
    `insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
     select id, territory_id, $2, 'granted', '1', gen_random_uuid(), trace_id, now() from app_public.leads where id = $1`,
    [leadId, purpose],
  );
}

const emptied = (db: ClientBase) =>
  allValues<string>(
    db,
    "select id as value from app_public.captures where body = '' and erased_at is not null order by id",
  );
