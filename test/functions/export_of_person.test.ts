import type { Client } from "pg";
import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { stopActing } from "../support/act_as.ts";
import {
  acceptedOf,
  asWorker,
  newTraceId,
  processAccepted,
  receiveOne,
  someone,
} from "../support/arrivals.ts";
import { suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { demanded, settle } from "../support/settle.ts";

type Person = Record<string, Record<string, unknown>[]> & { leadId: string };

const email = "ana@mail.example";

test("all that is held of a person and nothing of anybody else, raw bodies readable, no hash", async ({
  db,
}) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone({ email, first_name: "Ana" }) });
  await receiveOne(db, { attributes: someone({ email: "bo@mail.example" }) });
  await suppress(db, [{ kind: "email", value: email }]);
  const person = await exported(db, leadId);
  expect(person.leadId).toBe(leadId);
  expect(person.leads).toMatchObject([
    { id: leadId, email, first_name: "Ana", territory: "de", owner: "dora" },
  ]);
  expect(person.captures).toMatchObject([{ id: captureId, body: expect.stringContaining(email) }]);
  expect(person.source_events).toMatchObject([{ lead_id: leadId, attributes: { email } }]);
  expect(person.lead_identities).toMatchObject([{ kind: "email", lead_id: leadId }]);
  expect(person.suppressions).toMatchObject([{ kind: "email", reason: "complained" }]);
  expect(person.decisions?.map(({ action }) => action)).toEqual(["assign", "hold"]);
  for (const table of ["assignments", "clocks", "notifications", "audit_entries"]) {
    expect([table, person[table]?.length]).not.toEqual([table, 0]);
  }
  const text = JSON.stringify(person);
  expect(text).not.toContain("bo@mail.example");
  expect(text).not.toContain("value_hash");
  expect(text).not.toContain(
    await oneValue(db, "select encode(app_private.identity_hash($1, false), 'hex') as value", [email]),
  );
});

test("bytes that are no text come as base64", async ({ db }) => {
  const id = await asWorker(db, () =>
    oneValue<string>(
      db,
      `select staged.capture_id as value from app_public.capture_paths
        cross join lateral app_private.stage_captures(array[capture_paths.id], array[null::text], array['\\xff00fe'::bytea],
                array['application/octet-stream'], array[$1::text], array[false]) as staged
        where capture_paths.slug = 'web-form'`,
      [newTraceId()],
    ),
  );
  await processAccepted(db, acceptedOf([{ attributes: someone() }], [id]));
  const leadId = await oneValue<string>(
    db,
    "select lead_id as value from app_public.captures where id = $1",
    [id],
  );
  expect((await exported(db, leadId)).captures).toMatchObject([{ body: "/wD+" }]);
});

test("every table that knows a lead is in it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const tables = await allRows<{ name: string }>(
    db,
    `select distinct pg_class.relname as name from pg_class join pg_attribute on attrelid = pg_class.oid
      where attname = 'lead_id' and relkind in ('r', 'p') and not relispartition and not attisdropped
        and relnamespace::regnamespace::text in ('app_public', 'app_private')`,
  );
  expect(tables.length).toBeGreaterThan(8);
  const person = await exported(db, leadId);
  expect(tables.filter(({ name }) => !Array.isArray(person[name])).map(({ name }) => name)).toEqual([]);
});

test("it answers an open demand to know, closes its case, and stands in the audit", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email }) });
  await settle(db, [{ settle: demanded(email, "access") }, { settle: demanded(email, "erasure") }]);
  await act(db, "ada");
  const { person } = await oneRow<{ person: Person }>(db, "select app_public.export_person($1) as person", [
    leadId,
  ]);
  await stopActing(db);
  expect(person.leads).toMatchObject([{ email }]);
  expect(
    await allRows(
      db,
      `select requests.kind, requests.outcome, exceptions.outcome as of_case from app_private.privacy_requests as requests
         join app_public.exceptions on exceptions.capture_id = requests.capture_id order by 1`,
    ),
  ).toEqual([
    { kind: "access", outcome: "exported", of_case: "exported" },
    { kind: "erasure", outcome: null, of_case: null },
  ]);
  expect(
    await oneRow(
      db,
      `select entity_id, actors.slug, changes from app_private.audit_entries join app_public.actors on actors.id = actor_id
        where entity = 'person_exports'`,
    ),
  ).toEqual({ entity_id: leadId, slug: "ada", changes: {} });
});

test("an admin of one territory gets what lies there, and no lead that was merged in elsewhere", async ({
  db,
}) => {
  const german = await receiveOne(db, { attributes: someone() });
  const french = await receiveOne(db, { attributes: someone({ country: "FR", email }) });
  await db.query("update app_public.leads set merged_into_id = $1 where id = $2", [
    german.leadId,
    french.leadId,
  ]);
  const de = await oneValue<number>(db, "select id as value from app_public.territories where slug = 'de'");
  const there = await exported(db, german.leadId, [de]);
  expect(there.leads?.map(({ id }) => id)).toEqual([german.leadId]);
  expect(JSON.stringify(there)).not.toContain(email);
  // Whoever answers for all of it gets all, by the id of either.
  const all = await exported(db, french.leadId);
  expect(all.leads?.map(({ id }) => id).sort()).toEqual([german.leadId, french.leadId].sort());
});

function exported(db: Client, leadId: string, territories: number[] | null = null): Promise<Person> {
  return asWorker(db, () =>
    oneValue<Person>(db, "select app_private.export_person($1, $2, now()) as value", [leadId, territories]),
  );
}
