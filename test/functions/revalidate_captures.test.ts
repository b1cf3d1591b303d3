import type { Client, ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { refuse } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue, refusalOf } from "../support/rows.ts";

const WISH = "select revalidate_with, revalidation from app_public.captures";

test("the wish names the contract in force and the worker is asked; the capture stays as it is", async ({
  db,
}) => {
  const ids = await refuse(db, [{ attributes: someone() }]);
  const next = await publishNext(db, "web-form", COLOUR);
  const before = await unchanging(db);
  await db.query("delete from graphile_worker._private_jobs");
  expect(await ask(db, ids)).toBe(1);
  expect(await oneRow(db, WISH)).toEqual({ revalidate_with: next, revalidation: null });
  expect(await unchanging(db)).toEqual(before);
  expect((await jobs(db)).map(({ task }) => task)).toEqual(["revalidate_captures"]);
});

test("a version is the one of each capture's own path; where a path lacks it nobody is asked", async ({
  db,
}) => {
  const [form = "", feed = ""] = [
    ...(await refuse(db, [{ attributes: someone() }])),
    ...(await refuse(db, [{ path: "partner-feed", attributes: someone() }])),
  ];
  const next = await publishNext(db, "web-form", { ...COLOUR, isActive: false });
  expect(await ask(db, [form, feed], 1)).toBe(2);
  expect(
    await allRows(
      db,
      `select capture_paths.slug, contracts.version from app_public.captures
         join app_public.contracts on contracts.id = captures.revalidate_with and contracts.path_id = captures.path_id
         join app_public.capture_paths on capture_paths.id = captures.path_id order by 1`,
    ),
  ).toEqual([
    { slug: "partner-feed", version: 1 },
    { slug: "web-form", version: 1 },
  ]);
  await db.query("set role catchment_worker");
  expect(await refusalOf(db, ASK, [[form, feed], 2])).toBe("BADIN");
  await db.query("reset role");
  expect(await ask(db, [form], 2)).toBe(1);
  expect(await oneRow(db, `${WISH} where id = $1`, [form])).toMatchObject({ revalidate_with: next });
});

test("what is pending, processed or discarded is left alone, and the worker is not asked", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  const [released = "", discarded = ""] = await refuse(db, [
    { attributes: someone() },
    { attributes: someone() },
  ]);
  await asWorker(db, async () => {
    await db.query("select app_private.release_captures($1, null, now())", [[released]]);
    await db.query("select app_private.discard_captures($1, 'spam', now())", [[discarded]]);
  });
  await db.query("delete from graphile_worker._private_jobs");
  expect(await ask(db, [captureId, released, discarded])).toBe(0);
  expect(await jobs(db)).toEqual([]);
});

test("what was asked is claimed with its contract, judged with open eyes, and recorded once", async ({
  db,
}) => {
  const [id = ""] = await refuse(db, [{ attributes: someone() }]);
  const next = await publishNext(db, "web-form", { ...COLOUR, isActive: false });
  expect(await claim(db)).toEqual([]);
  await ask(db, [id], 2);
  const { received_at } = await oneRow(db, "select received_at from app_public.captures");
  expect(await claim(db)).toMatchObject([{ id, contract_id: next, released_at: received_at }]);

  const before = await unchanging(db);
  await record(db, { id, accepted: true, violations: [] });
  expect(await oneRow(db, WISH)).toEqual({
    revalidate_with: null,
    revalidation: { at: expect.any(String), contractVersion: 2, accepted: true, violations: [] },
  });
  expect(await unchanging(db)).toEqual(before);
  expect(await claim(db)).toEqual([]);
  await record(db, { id, accepted: false, violations: [] }); // of a worker that comes too late
  expect(await oneRow(db, WISH)).toMatchObject({ revalidation: { accepted: true } });
});

test("a verdict goes with what it spoke of: another wish, a correction, a release", async ({ db }) => {
  const [id = ""] = await refuse(db, [{ attributes: someone() }]);
  const uses = [
    ASK,
    `select app_private.correct_capture(($1::uuid[])[1], '{"/email":"ana@mail.example"}') as value, $2::int`,
    "select app_private.release_captures($1, null, now()) as value, $2::int",
  ];
  for (const use of uses) {
    await ask(db, [id]);
    await record(db, { id, accepted: true, violations: [] });
    await asWorker(db, () => db.query(use, [[id], null]));
    expect([use, await oneRow(db, WISH)]).toMatchObject([use, { revalidation: null }]);
  }
  expect(await oneRow(db, WISH)).toEqual({ revalidate_with: null, revalidation: null });
});

test("all or none: who may not work one of them asks for none", async ({ db }) => {
  const [mine = ""] = await refuse(db, [{ attributes: someone() }]);
  const [hidden = ""] = await refuse(db, [{ path: "globex-form", attributes: someone({ country: "NL" }) }]);
  const asked = "select app_public.revalidate_captures($1)";
  await actAs(db, await actorId(db, "olga"));
  expect(await refusalOf(db, asked, [[mine, hidden]])).toBe("NFUND");
  expect(await refusalOf(db, asked, [null])).toBe("BADIN");
  expect(await oneValue(db, `${asked} as value`, [[mine]])).toBe(1);
  await stopActing(db);
  expect(await allRows(db, `${WISH} where id = $1`, [hidden])).toMatchObject([{ revalidate_with: null }]);
});

const ASK = "select app_private.revalidate_captures($1, $2) as value";

function ask(db: ClientBase, ids: string[], version?: number): Promise<number> {
  return asWorker(db, () => oneValue(db, ASK, [ids, version ?? null]));
}

function claim(db: ClientBase): Promise<Record<string, unknown>[]> {
  return asWorker(db, () => allRows(db, "select * from app_private.claim_revalidations(10)"));
}

function record(db: ClientBase, verdict: object) {
  return asWorker(db, () =>
    db.query("select app_private.record_revalidations($1, now())", [JSON.stringify([verdict])]),
  );
}

/** All of a capture and its cases but the wish and the verdict. */
function unchanging(db: Client): Promise<Record<string, unknown>> {
  return oneRow(
    db,
    `select (select jsonb_agg(to_jsonb(c) - 'revalidate_with' - 'revalidation') from app_public.captures c) as captures,
            (select jsonb_agg(to_jsonb(e)) from app_public.exceptions e) as exceptions,
            (select count(*)::int from app_private.audit_entries) as audited`,
  );
}
