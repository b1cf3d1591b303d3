import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { metaLead, waitForVendor } from "../support/waiting.ts";

test("what waits is claimed with what its source must know", async ({ db }) => {
  const [id] = await waitForVendor(db, [metaLead("7")]);
  const rows = await asWorker(db, () => allRows(db, "select * from app_private.claim_fetches(now(), 10)"));
  expect(rows).toEqual([
    {
      id,
      path_slug: "web-form",
      protocol: "meta",
      content_type: "application/json",
      headers: null,
      body: Buffer.from(JSON.stringify(metaLead("7"))),
      part_of: null,
      attempt: 1,
    },
  ]);
});

test("a claimed one comes back by itself, later each time, at most an hour", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  const pauses = [];
  for (let minutes = 0, attempt = 1; attempt <= 9; attempt += 1) {
    expect(await claim(db, minutes * 60 - 1)).toEqual([]);
    expect((await claim(db, minutes * 60)).length).toBe(1);
    const { next } = await oneRow<{ next: number }>(
      db,
      "select (extract(epoch from fetch_due_at - now()) / 60)::int as next from app_public.captures",
    );
    pauses.push(next - minutes);
    minutes = next;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test("fetch_pause begins with a minute and ends with an hour, however long it lasts", async ({ db }) => {
  const pauses = await allValues(
    db,
    "select extract(epoch from app_private.fetch_pause(n))::int as value from unnest('{1,2,7,8,32000}'::int[]) with ordinality as attempts (n, at) order by at",
  );
  expect(pauses).toEqual([60, 120, 3600, 3600, 3600]);
});

test("since when it is asked is remembered from the first attempt", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  await claim(db, 10);
  await claim(db, 300);
  const row = await oneRow(
    db,
    "select fetch_attempts, extract(epoch from fetch_started_at - now())::int as since from app_public.captures",
  );
  expect(row).toEqual({ fetch_attempts: 2, since: 10 });
});

test("the longest due comes first, no more than asked for, and nothing that waits for nobody", async ({
  db,
}) => {
  const ids = await waitForVendor(db, [metaLead("1"), metaLead("2"), metaLead("3")]);
  await db.query("update app_public.captures set fetch_due_at = now() - interval '1 minute' where id = $1", [
    ids[1],
  ]);
  await db.query("update app_public.captures set fetch_due_at = null where id = $1", [ids[0]]);
  expect(await claim(db, 0, 1)).toEqual([ids[1]]);
  expect(await claim(db, 0)).toEqual([ids[2]]);
  expect(await claim(db, 0)).toEqual([]);
});

test("a capture that waits for its vendor is left alone by the drain", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  expect(await asWorker(db, () => allRows(db, "select * from app_private.claim_captures(10)"))).toEqual([]);
});

test("two workers at once share what waits without a double", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    await waitForVendor(one, ["1", "2", "3", "4"].map(metaLead));
    await one.query("begin");
    const first = await claim(one, 60, 3);
    const second = await claim(other, 60, 3);
    await one.query("commit");
    expect([first.length, second.length]).toEqual([3, 1]);
    expect(new Set([...first, ...second]).size).toBe(4);
  } finally {
    await database.drop();
  }
});

function claim(db: ClientBase, seconds: number, atMost = 10): Promise<string[]> {
  return asWorker(db, () =>
    allValues<string>(
      db,
      "select id as value from app_private.claim_fetches(now() + make_interval(secs => $1), $2)",
      [seconds, atMost],
    ),
  );
}
