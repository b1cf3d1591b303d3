import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";

const EMAIL = "ana.weber@mail.example";

test("digest_keys: what retention empties keeps no key in clear, and its person is still found by the address", async ({
  db,
}) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone({ email: EMAIL }) });
  await keyOf(db, captureId, EMAIL);
  await asWorker(db, () =>
    db.query("select app_private.scrub_captures(array[$1::uuid], now())", [captureId]),
  );
  expect(await keys(db, captureId)).toEqual([expect.stringMatching(/^erased:[0-9a-f]{64}$/)]);
  const refused = await refuse(db);
  expect(await looseOf(db, leadId)).toEqual([refused]);
});

test("an erasure digests the keys of arrivals that were emptied before", async ({ db }) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone({ email: EMAIL }) });
  await asWorker(db, () =>
    db.query("select app_private.scrub_captures(array[$1::uuid], now())", [captureId]),
  );
  await keyOf(db, captureId, EMAIL);
  await asWorker(db, () =>
    db.query("select app_private.scrub_people(array[$1::uuid], '{}', now())", [leadId]),
  );
  expect(await keys(db, captureId)).toEqual([expect.stringMatching(/^erased:[0-9a-f]{64}$/)]);
});

test("an address that was only written by hand finds what names it, too", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "old@mail.example" }) });
  await db.query("update app_public.leads set email = $1 where id = $2", [EMAIL, leadId]);
  await db.query(
    `insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
     select territories.boundary_id, 'email', app_private.identity_hash($1, false), leads.id
       from app_public.leads join app_public.territories on territories.id = leads.territory_id where leads.id = $2`,
    [EMAIL, leadId],
  );
  const refused = await refuse(db);
  expect(await looseOf(db, leadId)).toEqual([refused]);
});

async function keyOf(db: ClientBase, captureId: string, key: string) {
  await db.query("delete from app_private.capture_keys where capture_id = $1", [captureId]);
  await db.query(
    `insert into app_private.capture_keys (path_id, idempotency_key, capture_id, trace_id, body_hash)
     select path_id, $2, id, trace_id, '\\x00' from app_public.captures where id = $1`,
    [captureId, key],
  );
}

function keys(db: ClientBase, captureId: string) {
  return allValues<string>(
    db,
    "select idempotency_key as value from app_private.capture_keys where capture_id = $1",
    [captureId],
  );
}

async function refuse(db: ClientBase): Promise<string> {
  const [id = ""] = await stageArrivals(db, [{ attributes: { email: EMAIL, colour: "blue" } }]);
  const refused = JSON.stringify([
    { id, violations: [{ kind: "extra", path: "/colour", message: "is unknown" }] },
  ]);
  await asWorker(db, () => db.query("select app_private.quarantine_captures($1, now())", [refused]));
  return id;
}

function looseOf(db: ClientBase, leadId: string) {
  return asWorker(db, () =>
    allValues<string>(
      db,
      "select capture_id as value from app_private.loose_captures_of(array[$1::uuid]) order by 1",
      [leadId],
    ),
  );
}
