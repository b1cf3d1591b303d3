import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

test("a batch is stored by the rules of every door, and says what it came to", async ({ worker }) => {
  const id = await begin(worker);
  const answer = await stage(worker, id, "2", { a: "one", b: "two" });
  expect(answer).toMatchObject({ place: "2", arrivals: 2, stored: 2 });
  expect(await captures(worker)).toEqual(["one", "two"]);
  const traces = await allRows<{ trace_id: string }>(
    worker,
    "select trace_id from app_public.captures order by id",
  );
  expect(new Set(traces.map(({ trace_id }) => trace_id)).size).toBe(2);
  const bounds = await oneRow(
    worker,
    "select (array_agg(id order by id))[1] as first, (array_agg(id order by id desc))[1] as last from app_public.captures",
  );
  expect([answer.first_capture_id, answer.last_capture_id]).toEqual([bounds.first, bounds.last]);
});

test("the same batch again answers the same and stores nothing, whatever it brings", async ({ worker }) => {
  const id = await begin(worker);
  const first = await stage(worker, id, "2", { a: "one" });
  expect(await stage(worker, id, "2", { a: "one" })).toEqual(first);
  expect(await stage(worker, id, "2", { z: "other" })).toEqual(first);
  expect(await captures(worker)).toEqual(["one"]);
});

test("known rows are counted and not stored, in another batch and within one", async ({ worker }) => {
  const id = await begin(worker);
  await stage(worker, id, "2", { a: "one" });
  expect(await stage(worker, id, "3", { a: "one", b: "two" })).toMatchObject({ arrivals: 2, stored: 1 });
  const twice = await worker.query(STAGE, [id, "4", ["c", "c"], [Buffer.from("x"), Buffer.from("x")]]);
  expect(twice.rows[0]).toMatchObject({ arrivals: 2, stored: 1 });
});

test("a known key with another body is one more arrival, once", async ({ worker }) => {
  const id = await begin(worker);
  await stage(worker, id, "2", { a: "one" });
  expect(await stage(worker, id, "3", { a: "changed", b: "two" })).toMatchObject({ arrivals: 2, stored: 2 });
  expect(await stage(worker, id, "5", { a: "changed" })).toMatchObject({ arrivals: 1, stored: 0 });
  expect(await captures(worker)).toEqual(["changed", "one", "two"]);
});

test("rows become arrivals of the import's path, with its contract, and wait (stage_rows)", async ({
  worker,
}) => {
  await stage(worker, await begin(worker), "2", { a: "one" });
  expect(
    await oneRow(
      worker,
      `select capture_paths.slug, captures.status, captures.content_type, captures.is_test,
              captures.contract_id = capture_paths.active_contract_id as by_contract
         from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id`,
    ),
  ).toEqual({
    slug: "web-form",
    status: "pending",
    content_type: "application/json",
    is_test: false,
    by_contract: true,
  });
});

const STAGE = "select * from app_private.stage_import($1, $2, $3, $4, 'application/json')";

async function begin(worker: ClientBase): Promise<string> {
  return oneValue(
    worker,
    `insert into app_private.imports (path_id, fingerprint)
     select id, sha256('the file') from app_public.capture_paths where slug = 'web-form' returning id as value`,
  );
}

async function stage(worker: ClientBase, id: string, place: string, bodies: Record<string, string>) {
  const values = Object.values(bodies).map((body) => Buffer.from(body));
  return oneRow(worker, STAGE, [id, place, Object.keys(bodies), values]);
}

async function captures(worker: ClientBase): Promise<unknown[]> {
  const rows = await allRows(
    worker,
    "select convert_from(body, 'UTF8') as body from app_public.captures order by 1",
  );
  return rows.map(({ body }) => body);
}
