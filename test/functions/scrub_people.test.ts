import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receive, receiveOne, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

/** What erase_people calls, part by part; the whole is test/journey/erasure.test.ts. */

test("merge_trees: a lead is answered with its whole tree, one beside it is not", async ({ db }) => {
  const leads = await leadsOf(db, 4);
  const [root = "", child = "", grandchild = "", other = ""] = leads;
  await merge(db, child, root);
  await merge(db, grandchild, child);
  for (const asked of [root, child, grandchild]) {
    expect(
      await allRows(db, "select root_id, lead_id from app_private.merge_trees(array[$1::uuid]) order by 2", [
        asked,
      ]),
    ).toEqual([root, child, grandchild].toSorted().map((lead_id) => ({ root_id: root, lead_id })));
  }
  expect(
    await allValues(db, "select lead_id as value from app_private.merge_trees(array[$1::uuid])", [other]),
  ).toEqual([other]);
});

test("scrub_touches: channels count as before, and what a deal is worth stays", async ({ db }) => {
  const { leadId } = await receiveOne(db, {
    attributes: someone({
      referrer: "https://www.google.com/?q=ana",
      landing_page: "https://acme.example/ana",
      value_amount: 100,
      value_currency: "EUR",
    }),
  });
  const channels = () =>
    allRows(db, "select channel, derived_channel from app_public.attribution_touches where lead_id = $1", [
      leadId,
    ]);
  const before = await channels();
  expect(before).toEqual([{ channel: null, derived_channel: "organic search" }]);
  const scrub = () =>
    db.query("select app_private.scrub_touches(array[$1::uuid], array[$1::uuid])", [leadId]);
  await scrub();
  await scrub();
  expect(await channels()).toEqual(before);
  expect(await oneRow(db, "select referrer, landing_page, attributes from app_public.source_events")).toEqual(
    {
      referrer: null,
      landing_page: null,
      attributes: { value_amount: 100, value_currency: "EUR" },
    },
  );
  await db.query("select app_private.apply_survivors(array[$1::uuid], now())", [leadId]);
  expect(
    await oneValue(db, "select value_amount as value from app_public.leads where id = $1", [leadId]),
  ).toBe("100.00");
});

test("scrub_touches: an error of a job that quotes the person says nothing any more, others do", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ last_name: "Geheimrat" }) });
  for (const error of ["invalid date: GEHEIMRAT", "the disk is full"]) {
    const { rows } = await db.query<{ id: string }>("select (graphile_worker.add_job('notify')).id");
    await db.query("update graphile_worker._private_jobs set last_error = $2 where id = $1", [
      rows[0]?.id,
      error,
    ]);
  }
  await db.query("select app_private.scrub_touches(array[$1::uuid], array[$1::uuid])", [leadId]);
  expect(
    await allValues(
      db,
      "select last_error as value from graphile_worker._private_jobs where last_error is not null",
    ),
  ).toEqual(["the disk is full"]);
});

test("scrub_stories: words of people go, words of ours stay, what waits is withdrawn, open cases end", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await asWorker(db, () =>
    db.query(
      `select app_private.open_exceptions(array[row('nobody_available', territory_id, null, trace_id, null, id, 'Ana is angry', '{"a": "Ana"}')::app_private.exception_case], now())
         from app_public.leads where id = $1`,
      [leadId],
    ),
  );
  await db.query("select app_private.scrub_stories(array[$1::uuid], array[$1::uuid], now())", [leadId]);
  expect(
    await oneRow(db, "select reason, details, note, outcome from app_public.exceptions where lead_id = $1", [
      leadId,
    ]),
  ).toEqual({
    reason: "nobody available",
    details: {},
    note: null,
    outcome: "erased",
  });
  expect(
    await oneRow(
      db,
      "select text, next_attempt_at, withdrawn_at is not null as is_withdrawn from app_public.notifications where lead_id = $1",
      [leadId],
    ),
  ).toEqual({ text: "Erased.", next_attempt_at: null, is_withdrawn: true });
  expect(
    await allValues(db, "select reason as value from app_public.decisions where lead_id = $1", [leadId]),
  ).toEqual(["Erased."]);
});

test("scrub_captures: a part takes the request with it that held it, its neighbor stays; a second time nothing", async ({
  db,
}) => {
  const [whole, part, neighbor] = await stageArrivals(
    db,
    [1, 2, 3].map(() => ({ attributes: someone() })),
  );
  await db.query(
    "update app_public.captures set status = 'processed', outcome = 'split', processed_at = now() where id = $1",
    [whole],
  );
  await db.query("update app_public.captures set part_of = $1 where id = any ($2)", [
    whole,
    [part, neighbor],
  ]);
  const scrub = () =>
    asWorker(db, () =>
      oneValue(db, "select app_private.scrub_captures(array[$1::uuid], now()) as value", [part]),
    );
  expect([await scrub(), await scrub()]).toEqual([2, 0]);
  expect(
    await allRows(db, "select id, outcome, body = '' as is_empty from app_public.captures order by id"),
  ).toEqual([
    { id: whole, outcome: "split", is_empty: true },
    { id: part, outcome: "erased", is_empty: true },
    { id: neighbor, outcome: null, is_empty: false },
  ]);
});

test("end_privacy_requests: a request ends with its lead, its case with the last of them", async ({ db }) => {
  const [one = "", other = ""] = await leadsOf(db, 2);
  const [captureId] = await stageArrivals(db, [{ attributes: {} }]);
  for (const lead of [one, other]) {
    await db.query(
      `insert into app_private.privacy_requests (territory_id, lead_id, capture_id, trace_id, kind, subject_hashes, requested_at, due_at)
       select territory_id, id, $2, trace_id, 'erasure', '{"\\\\x01"}', now(), now() + interval '30 days' from app_public.leads where id = $1`,
      [lead, captureId],
    );
  }
  await asWorker(db, () =>
    db.query(
      `select app_private.open_exceptions(array[row('privacy_request', territory_id, null, trace_id, $2, null, 'x', '{}')::app_private.exception_case], now())
         from app_public.leads where id = $1`,
      [one, captureId],
    ),
  );
  const isOpen = () =>
    oneValue(
      db,
      "select resolved_at is null as value from app_public.exceptions where kind = 'privacy_request'",
    );
  const end = (lead: string) =>
    asWorker(db, () => db.query("select app_private.end_privacy_requests(array[$1::uuid], now())", [lead]));
  await end(one);
  expect(
    await allRows(
      db,
      "select outcome, cardinality(subject_hashes) from app_private.privacy_requests where lead_id = $1",
      [one],
    ),
  ).toEqual([{ outcome: "erased", cardinality: 0 }]);
  expect(await isOpen()).toBe(true);
  await end(other);
  expect(await isOpen()).toBe(false);
});

test("who asked not to be contacted stays on the list, whose mailbox refused us once does not", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  for (const reason of ["bounced", "asked_not_to_be_contacted"]) {
    await db.query(
      "insert into app_private.suppressions (boundary_id, kind, value_hash, reason, suppressed_at) select boundary_id, kind, value_hash, $2, now() from app_private.lead_identities where lead_id = $1 and kind = 'email'",
      [leadId, reason],
    );
  }
  await asWorker(db, () =>
    db.query("select app_private.scrub_people(array[$1::uuid], '{}', now())", [leadId]),
  );
  expect(await allValues(db, "select reason as value from app_private.suppressions")).toEqual([
    "asked_not_to_be_contacted",
  ]);
});

test("without_persons: of a case the audit keeps words of ours (is_word_of_ours), not of people", async ({
  db,
}) => {
  const kept = (outcome: string | null) =>
    oneValue(db, "select app_private.without_persons('exceptions', $1) as value", [
      JSON.stringify({ id: 1, outcome, reason: "Ana called", note: "Ana", details: { Ana: 1 } }),
    ]);
  expect(await kept("released")).toEqual({ id: 1, outcome: "released" });
  expect(await kept("Ana is content")).toEqual({ id: 1, outcome: "said" });
  expect(await kept(null)).toEqual({ id: 1, outcome: null });
});

test("digests_of: only personal_fields that differ; nothing without a salt", async ({ db }) => {
  const digests = (salt: Buffer | null) =>
    oneValue(db, "select app_private.digests_of($1, $2, $3) as value", [
      salt,
      { city: "A", email: null, status: "new", owner_id: 1 },
      { city: "A", email: "a@b.de", status: "contacted", owner_id: 2 },
    ]);
  expect(await digests(Buffer.alloc(32))).toEqual({
    personal: { email: [null, expect.stringMatching(/^[0-9a-f]{64}$/)] },
  });
  expect(await digests(null)).toBeNull();
});

test("require_whole_person: an admin of one territory may not, where the person is known in another too", async ({
  db,
}) => {
  const [german = ""] = await leadsOf(db, 1);
  const french = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  const { id } = await oneRow<{ id: number }>(
    db,
    `with made as (insert into app_public.actors (kind, slug, name) values ('person', 'admin-de', 'x') returning id)
     insert into app_public.memberships select made.id, territories.id, 'admin' from made, app_public.territories where slug = 'de' returning actor_id as id`,
  );
  const ask = async (who: number) => {
    await db.query("set local session authorization catchment_api");
    await db.query("select set_config('catchment.actor', $1, true)", [String(who)]);
    await db.query("set local role catchment_user");
    const code = await refusalOf(db, "select app_public.erase_lead($1)", [german]);
    await db.query("reset session authorization");
    return code;
  };
  expect(await ask(id)).toBe("");
  await merge(db, french.leadId, german);
  expect([await ask(id), await ask(await actorId(db, "ada"))]).toEqual(["DENID", ""]);
});

async function leadsOf(db: ClientBase, count: number): Promise<string[]> {
  const received = await receive(
    db,
    Array.from({ length: count }, () => ({ attributes: someone() })),
  );
  return received.flatMap(({ leadId }) => leadId ?? []);
}

async function merge(db: ClientBase, lead: string, into: string): Promise<void> {
  await db.query(
    "update app_public.leads set merged_into_id = $2, owner_id = null, owned_at = null where id = $1",
    [lead, into],
  );
}
