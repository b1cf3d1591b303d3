import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { metaLead, waitForVendor } from "../support/waiting.ts";

const LATER = { outcome: "later", reason: "the access token has expired" };

test("what the vendor told is kept, and the drain is called", async ({ db }) => {
  const [id] = await waitForVendor(db, [metaLead("7")]);
  await db.query("delete from graphile_worker._private_jobs");
  await attempt(db, 0, { outcome: "fetched", answer: { id: "9007199254740993" } });
  expect(
    await oneRow(db, "select id, status, fetched, fetch_due_at, error from app_public.captures"),
  ).toEqual({
    id,
    status: "pending",
    fetched: { id: "9007199254740993" },
    fetch_due_at: null,
    error: null,
  });
  expect((await jobs(db)).map(({ task }) => task)).toEqual(["drain_captures"]);
});

test("later means after the usual pause, or when the vendor said, at most a day", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  await attempt(db, 0, LATER);
  expect(await waits(db)).toEqual({ seconds: 60, error: LATER.reason, attempts: 1 });
  await attempt(db, 60, { ...LATER, afterSeconds: 7 });
  expect(await waits(db)).toEqual({ seconds: 67, error: LATER.reason, attempts: 2 });
  await attempt(db, 67, { ...LATER, afterSeconds: 1e9 });
  expect(await waits(db)).toMatchObject({ seconds: 67 + 86_400 });
});

test("an attempt in which nobody was asked does not count", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  await attempt(db, 0, { ...LATER, afterSeconds: 10, wasAsked: false });
  expect(await waits(db)).toEqual({ seconds: 10, error: LATER.reason, attempts: 0 });
});

test("people hear of it after the third attempt in vain, once for all that waits on a path", async ({
  db,
}) => {
  const [id] = await waitForVendor(db, [metaLead("7")]);
  for (const seconds of [0, 60]) await attempt(db, seconds, LATER);
  expect(await cases(db)).toEqual([]);
  await attempt(db, 180, LATER);
  const [opened] = await cases(db);
  expect(opened).toEqual({
    capture_id: id,
    kind: "fetch_failed",
    reason: "The vendor of web-form does not tell what its arrivals hold: the access token has expired",
    details: { path: "web-form", reason: LATER.reason },
    hours: 24,
    duty: "execution",
    runbook: "docs/runbooks/fetch_failed.md",
    resolved: false,
  });
  await waitForVendor(db, [metaLead("8")]);
  for (const seconds of [180, 420, 600, 900]) await attempt(db, seconds, LATER);
  expect(await cases(db)).toHaveLength(1);
  await db.query("update app_public.exceptions set resolved_at = now(), outcome = 'fetched_again'");
  await attempt(db, 4_000, LATER);
  expect(await cases(db)).toHaveLength(2);
});

test("a vendor that says when to come has an hour before people hear of it", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  for (const seconds of [0, 60, 120, 180, 3_599]) await attempt(db, seconds, { ...LATER, afterSeconds: 10 });
  expect(await cases(db)).toEqual([]);
  await attempt(db, 3_610, { ...LATER, afterSeconds: 10 });
  expect(await cases(db)).toHaveLength(1);
});

test("after a day and a half it is quarantined, and can be sent the same way again", async ({ db }) => {
  const [id] = await waitForVendor(db, [metaLead("7")]);
  await attempt(db, 0, LATER);
  await attempt(db, 36 * 3_600 - 1, LATER);
  expect(await oneRow(db, "select status from app_public.captures")).toEqual({ status: "pending" });
  await attempt(db, 40 * 3_600, LATER);
  expect(
    await oneRow(db, "select status, outcome, violations, fetch_due_at from app_public.captures"),
  ).toEqual({
    status: "quarantined",
    outcome: "fetch_failed",
    violations: [{ kind: "failed", path: "", message: LATER.reason }],
    fetch_due_at: null,
  });
  expect((await cases(db)).map(({ capture_id }) => capture_id)).toEqual([id]);

  await asWorker(db, () => db.query("select app_private.release_captures($1, null, now())", [[id]]));
  const settled = JSON.stringify([{ id, settle: { as: "thin" } }]);
  await asWorker(db, () =>
    db.query("select app_private.settle_captures($1, now() + interval '41 hours')", [settled]),
  );
  await attempt(db, 41 * 3_600, LATER);
  expect(await waits(db)).toEqual({ seconds: 41 * 3_600 + 60, error: LATER.reason, attempts: 1 });
});

test("never means quarantine at once", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  await attempt(db, 0, { outcome: "never", reason: "the lead is gone" });
  expect(await oneRow(db, "select status, outcome, error from app_public.captures")).toEqual({
    status: "quarantined",
    outcome: "fetch_failed",
    error: "the lead is gone",
  });
  expect(await cases(db)).toMatchObject([{ reason: expect.stringContaining("the lead is gone") }]);
});

test("an answer that comes after another one is not heard", async ({ db }) => {
  const [id] = await waitForVendor(db, [metaLead("7")]);
  await attempt(db, 0, { outcome: "fetched", answer: { id: 1 } });
  const before = await allRows(db, "select * from app_public.captures");
  for (const told of [LATER, { outcome: "never", reason: "x" }, { outcome: "fetched", answer: { id: 2 } }]) {
    await record(db, id, 0, told);
  }
  expect(await allRows(db, "select * from app_public.captures")).toEqual(before);
});

test("a test arrival troubles nobody", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  await db.query("update app_public.captures set is_test = true");
  for (const seconds of [0, 60, 180, 420]) await attempt(db, seconds, LATER);
  expect(await cases(db)).toEqual([]);
});

test("a thin arrival asks for its fetch in the transaction that settles it", async ({ db }) => {
  await db.query("delete from graphile_worker._private_jobs");
  await waitForVendor(db, [metaLead("7")]);
  expect((await jobs(db)).map(({ task }) => task)).toContain("fetch_leads");
});

async function attempt(db: ClientBase, seconds: number, told: object): Promise<void> {
  const claimed = await asWorker(db, () =>
    allRows<{ id: string }>(
      db,
      "select id from app_private.claim_fetches(now() + make_interval(secs => $1), 10)",
      [seconds],
    ),
  );
  for (const { id } of claimed) await record(db, id, seconds, told);
}

async function record(db: ClientBase, id: string | undefined, seconds: number, told: object): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.record_fetch($1, $2, now() + make_interval(secs => $3))", [
      id,
      JSON.stringify(told),
      seconds,
    ]),
  );
}

function waits(db: ClientBase) {
  return oneRow(
    db,
    "select extract(epoch from fetch_due_at - now())::int as seconds, error, fetch_attempts as attempts from app_public.captures",
  );
}

function cases(db: ClientBase) {
  return allRows<{ capture_id: string }>(
    db,
    `select exceptions.capture_id, exceptions.kind, exceptions.reason, exceptions.details, exceptions.runbook,
            (extract(epoch from exceptions.due_at - exceptions.opened_at) / 3600)::int as hours,
            exceptions.resolved_at is not null as resolved,
            (select responsibilities.duty from app_public.responsibilities
              join app_public.captures on captures.path_id = responsibilities.path_id
             where captures.id = exceptions.capture_id and responsibilities.team_id = exceptions.owner_team_id
               and responsibilities.duty = 'execution') as duty
       from app_public.exceptions order by exceptions.opened_at`,
  );
}
