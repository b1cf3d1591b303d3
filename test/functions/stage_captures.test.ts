import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { newTraceId } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue, refusalOf } from "../support/rows.ts";

type Request = { key: string | null; body?: string; trace?: string };

test("an arrival is kept raw, with the contract of its path, and waits", async ({ db }) => {
  const [answer] = await stage(db, [{ key: "a", body: "\u{1F600} not JSON" }]);
  expect(answer).toMatchObject({ ordinal: 1, is_new: true, same_body: true });
  const [capture] = await allRows(
    db,
    `select captures.status, captures.processed_at, captures.territory_id = capture_paths.territory_id as at_home,
            captures.contract_id = capture_paths.active_contract_id as by_contract, convert_from(captures.body, 'UTF8') as body
       from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
      where captures.id = $1`,
    [answer?.capture_id],
  );
  expect(capture).toEqual({
    status: "pending",
    processed_at: null,
    at_home: true,
    by_contract: true,
    body: "\u{1F600} not JSON",
  });
});

test("the same key again answers the first capture and its trace and stores nothing", async ({ db }) => {
  const first = newTraceId();
  const [original] = await stage(db, [{ key: "a", trace: first }]);
  const [again] = await stage(db, [{ key: "a", trace: newTraceId() }]);
  expect(again).toEqual({ ...original, is_new: false, same_body: true });
  expect(again?.trace_id).toBe(first);
  expect(await captures(db)).toBe(1);
});

test("the same key for something else is told and stores nothing", async ({ db }) => {
  const [original] = await stage(db, [{ key: "a", body: "one" }]);
  const [other] = await stage(db, [{ key: "a", body: "two" }]);
  expect(other).toMatchObject({ capture_id: original?.capture_id, is_new: false, same_body: false });
  expect(await captures(db)).toBe(1);
});

test("without a key every arrival is new", async ({ db }) => {
  const answers = await stage(db, [{ key: null }, { key: null }]);
  expect(answers.map(({ is_new }) => is_new)).toEqual([true, true]);
  expect(new Set(answers.map(({ capture_id }) => capture_id)).size).toBe(2);
  expect(await captures(db)).toBe(2);
});

test("of two equal keys in one batch the first wins, and each is answered in its place", async ({ db }) => {
  const answers = await stage(db, [
    { key: "b", body: "one" },
    { key: null, body: "one" },
    { key: "b", body: "one" },
    { key: "b", body: "two" },
  ]);
  expect(answers.map(({ ordinal, is_new, same_body }) => [ordinal, is_new, same_body])).toEqual([
    [1, true, true],
    [2, true, true],
    [3, false, true],
    [4, false, false],
  ]);
  const [first, keyless, second, third] = answers.map(({ capture_id }) => capture_id);
  expect([second, third]).toEqual([first, first]);
  expect(keyless).not.toBe(first);
  expect(await captures(db)).toBe(2);
});

test("one key means different things at different doors", async ({ db }) => {
  await stage(db, [{ key: "a" }]);
  const [other] = await stage(db, [{ key: "a" }], "globex-form");
  expect(other?.is_new).toBe(true);
});

test("captures keep the order in which they were staged", async ({ db }) => {
  const answers = await stage(
    db,
    ["c", null, "a", "b", null].map((key) => ({ key })),
  );
  const ids = answers.map(({ capture_id }) => capture_id);
  expect(ids).toEqual([...ids].sort());
});

test("only the API's login may stage", async ({ db }) => {
  const attempt = valuesFor(await pathId(db, "web-form"), [{ key: "a" }]);
  await actAs(db, await actorId(db, "dora"));
  expect(await refusalOf(db, STAGE, attempt)).toBe("42501");
  await actAsLogin(db, "bi_de");
  expect(await refusalOf(db, STAGE, attempt)).toBe("42501");
  await actAsLogin(db, "catchment_api");
  expect(await refusalOf(db, STAGE, attempt)).toBe("");
  await stopActing(db);
});

test("the API's login stages without seeing a single capture", async ({ db }) => {
  await stage(db, [{ key: "a" }]);
  await actAsLogin(db, "catchment_api");
  expect(await refusalOf(db, "select from app_public.captures")).toBe("42501");
  expect(await refusalOf(db, "select from app_private.capture_keys")).toBe("42501");
  await stopActing(db);
});

type Answer = {
  ordinal: number;
  capture_id: string;
  trace_id: string;
  is_new: boolean;
  same_body: boolean;
};

async function stage(db: ClientBase, requests: Request[], path = "web-form"): Promise<Answer[]> {
  const values = valuesFor(await pathId(db, path), requests);
  await db.query("set local session authorization catchment_api");
  const answers = await allRows<Answer>(db, STAGE, values);
  await db.query("reset session authorization");
  return answers;
}

const STAGE = `select * from app_private.stage_captures($1::int[], $2, $3, $4, $5, $6)`;

function valuesFor(path: number, requests: Request[]): unknown[] {
  return [
    requests.map(() => path),
    requests.map(({ key }) => key),
    requests.map(({ body }) => Buffer.from(body ?? "{}")),
    requests.map(() => "application/json"),
    requests.map(({ trace }) => trace ?? newTraceId()),
    requests.map(() => false),
  ];
}

function pathId(db: ClientBase, slug: string): Promise<number> {
  return oneValue(db, "select id as value from app_public.capture_paths where slug = $1", [slug]);
}

function captures(db: ClientBase): Promise<number> {
  return oneValue(db, "select count(*)::int as value from app_public.captures");
}
