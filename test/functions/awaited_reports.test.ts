import type { ClientBase } from "pg";
import { expect } from "vitest";
import type { Settlement } from "../../src/pipeline/judge.ts";
import { asWorker, secondsLater } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { reported, settleStaged } from "../support/settle.ts";
import { stageBodies, waitForVendor } from "../support/waiting.ts";

const PATH = { protocol: "hubspot", path: "web-form" };

test("awaited_reports names reports whose person an arrival that waits may make known, and no others", async ({
  db,
}) => {
  await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [by555 = "", by556 = "", byEmail = "", elsewhere = ""] = await stageBodies(
    db,
    "web-form",
    [1, 2, 3, 4].map(numbered),
  );
  expect(
    await awaited(db, {
      [by555]: told("web-form:555"),
      [by556]: told("web-form:556"),
      [byEmail]: reported("555@mail.example"),
      [elsewhere]: told("partner-feed:555"),
    }),
  ).toEqual([by555]);
});

test("an arrival that waits is waited for until it is judged with its answer, or refused", async ({ db }) => {
  const [thin] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "web-form", [numbered(1)]);
  const isAwaited = async () => (await awaited(db, { [id]: told("web-form:555") })).length === 1;
  await db.query("update app_public.captures set fetch_due_at = null, fetched = '{}' where id = $1", [thin]);
  expect(await isAwaited()).toBe(true);
  await db.query(
    "update app_public.captures set status = 'quarantined', processed_at = now() where id = $1",
    [thin],
  );
  expect(await isAwaited()).toBe(false);
});

test("one that came later is not waited for, or a common id would wait without end", async ({ db }) => {
  const [thin] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "web-form", [numbered(1)]);
  for (const [seconds, expected] of [
    [59, [id]],
    [61, []],
  ] as const) {
    await db.query(
      "update app_public.captures set received_at = now() + make_interval(secs => $2) where id = $1",
      [thin, seconds],
    );
    expect(await awaited(db, { [id]: told("web-form:555") })).toEqual(expected);
  }
});

test("one that another drain holds is waited for if it is older, or of the same request", async ({ db }) => {
  const [whole, creation, id = ""] = await stageBodies(db, "web-form", [
    { whole: 1 },
    { objectId: 555 },
    numbered(1),
  ]);
  const isAwaited = async () => (await awaited(db, { [id]: told("web-form:555") })).length === 1;
  expect(await isAwaited()).toBe(true);
  await db.query(
    "update app_public.captures set received_at = received_at + interval '1 second' where id = $1",
    [creation],
  );
  expect(await isAwaited()).toBe(false);
  await db.query("update app_public.captures set part_of = $1 where id = any ($2)", [whole, [creation, id]]);
  expect(await isAwaited()).toBe(true);
});

test("defer_reports puts off, a little longer each time; resume_reports calls the drain when it is time", async ({
  db,
}) => {
  await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "web-form", [numbered(1)]);
  await settleStaged(db, [{ id, settle: told("web-form:555") }]);
  expect(await waits(db, id)).toEqual({ kind: "activity", status: "pending", seconds: 60, says: true });
  await asWorker(db, () => db.query("select app_private.defer_reports($1, 'activity', now())", [[id]]));
  expect(await waits(db, id)).toMatchObject({ seconds: 120 });

  await db.query("delete from graphile_worker._private_jobs");
  expect(await resumed(db, 119)).toBe(0);
  expect(await jobs(db)).toEqual([]);
  expect(await resumed(db, 120)).toBe(1);
  expect(await waits(db, id)).toEqual({ kind: "activity", status: "pending", seconds: null, says: false });
  expect((await jobs(db)).map(({ task }) => task)).toEqual(["drain_captures"]);
  expect(await resumed(db, 120)).toBe(0);
});

test("a report that waits is asked of no vendor: claiming what is due sends it to be judged", async ({
  db,
}) => {
  const [thin] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "web-form", [numbered(1)]);
  await settleStaged(db, [{ id, settle: told("web-form:555") }]);
  const claimed = await asWorker(db, () =>
    allRows(db, "select id from app_private.claim_fetches(now() + interval '1 minute', 10)"),
  );
  expect(claimed).toEqual([{ id: thin }]);
  expect(await waits(db, id)).toMatchObject({ seconds: null });
});

test("what turns out to be thin after all is asked about again", async ({ db }) => {
  const [id = ""] = await stageBodies(db, "web-form", [numbered(1)]);
  await db.query("update app_public.captures set kind = 'activity' where id = $1", [id]);
  await settleStaged(db, [{ id, settle: { as: "thin" } }], await secondsLater(db, 0));
  const claimed = await asWorker(db, () =>
    allRows(db, "select id from app_private.claim_fetches(now(), 10)"),
  );
  expect(claimed).toEqual([{ id }]);
});

/** Bodies that differ, so that each is an arrival. */
function numbered(n: number) {
  return { report: `r${n}` };
}

function told(externalId: string): Settlement {
  return {
    as: "activity",
    activity: { kind: "status_change", isResponse: false },
    identities: [{ kind: "external_id", value: externalId }],
  };
}

function awaited(db: ClientBase, settlements: Record<string, Settlement>): Promise<string[]> {
  const settled = Object.entries(settlements).map(([id, settle]) => ({ id, settle }));
  return asWorker(db, () =>
    oneValue(db, "select app_private.awaited_reports($1, 'activity') as value", [JSON.stringify(settled)]),
  );
}

function resumed(db: ClientBase, seconds: number): Promise<number> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.resume_reports(now() + make_interval(secs => $1)) as value", [seconds]),
  );
}

function waits(db: ClientBase, id: string) {
  return oneRow(
    db,
    `select kind, status, extract(epoch from fetch_due_at - now())::int as seconds, error is not null as says
       from app_public.captures where id = $1`,
    [id],
  );
}
