import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

type Lease = { taken: number; remaining: number; retry_seconds: number };

test("a full bucket gives its burst, an empty one nothing until the next token", async ({ db }) => {
  const path = await limited(db, 2, 5);
  expect(await lease(db, path, 3, 0)).toEqual({ taken: 3, remaining: 2, retry_seconds: 0 });
  expect(await lease(db, path, 3, 0)).toEqual({ taken: 2, remaining: 0, retry_seconds: 0.5 });
  expect(await lease(db, path, 1, 0.25)).toEqual({ taken: 0, remaining: 0, retry_seconds: 0.25 });
  expect(await lease(db, path, 9, 1)).toEqual({ taken: 2, remaining: 0, retry_seconds: 0.5 });
});

test("it never holds more than its burst, however long nobody comes", async ({ db }) => {
  const path = await limited(db, 2, 5);
  await lease(db, path, 5, 0);
  expect(await lease(db, path, 100, 86_400)).toMatchObject({ taken: 5, remaining: 0 });
});

test("who waited and comes with an older instant takes no time back", async ({ db }) => {
  const path = await limited(db, 1, 4);
  await lease(db, path, 4, 10);
  expect(await lease(db, path, 1, 8)).toMatchObject({ taken: 0 });
  expect(await lease(db, path, 5, 12)).toMatchObject({ taken: 2 });
});

test("a rate that was lowered counts at once, one that was taken away gives what is asked", async ({
  db,
}) => {
  const path = await limited(db, 10, 100);
  await lease(db, path, 1, 0);
  await setRate(db, path, 1, 3);
  expect(await lease(db, path, 50, 0)).toMatchObject({ taken: 3, remaining: 0 });
  await setRate(db, path, null, null);
  expect(await lease(db, path, 50, 0)).toMatchObject({ taken: 50 });
  expect(await lease(db, 0, 7, 0)).toMatchObject({ taken: 7 });
});

test("a path and a key of the same number have buckets of their own", async ({ db }) => {
  const path = await limited(db, 1, 1);
  await lease(db, path, 1, 0);
  const { taken } = await oneRow<Lease>(db, LEASE, ["key", path, 1, 0]);
  expect(taken).toBe(1);
});

const LEASE = "select * from app_private.lease_tokens($1, $2, $3, now() + make_interval(secs => $4))";

async function lease(db: ClientBase, path: number, wanted: number, second: number): Promise<Lease> {
  return oneRow<Lease>(db, LEASE, ["path", path, wanted, second]);
}

async function limited(db: ClientBase, perSecond: number, burst: number): Promise<number> {
  const path = await oneValue<number>(
    db,
    "select id as value from app_public.capture_paths where slug = 'desk'",
  );
  await setRate(db, path, perSecond, burst);
  return path;
}

async function setRate(db: ClientBase, path: number, perSecond: number | null, burst: number | null) {
  await db.query("update app_public.capture_paths set rate_per_second = $2, rate_burst = $3 where id = $1", [
    path,
    perSecond,
    burst,
  ]);
}
