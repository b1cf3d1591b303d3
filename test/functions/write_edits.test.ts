import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receiveOne } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { reported, settle } from "../support/settle.ts";

const ANA = { email: "ana@mail.example", country: "DE" };
const [OLD, NEW] = ["+4930901820", "+4930901821"];

test("what a person wrote wins over every touch, the signed included", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: { ...ANA, phone: OLD, city: "Berlin" } });
  await edit(db, leadId, { phone: NEW, city: null });
  await receiveOne(db, { path: "partner-feed", attributes: { ...ANA, phone: "+4930901822", city: "Bonn" } });
  expect(await shown(db, leadId)).toMatchObject({ phone: NEW, city: null });
  await undo(db, leadId, ["phone", "city"]);
  expect(await shown(db, leadId)).toMatchObject({ phone: "+4930901822", city: "Bonn" });
});

test("a later edit supersedes; the same said again, and undoing twice, change nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: ANA });
  await edit(db, leadId, { city: "Ulm" }, "1 hour");
  await edit(db, leadId, { city: "Berlin" }, "2 hours");
  await edit(db, leadId, { city: "Berlin" }, "3 hours");
  await undo(db, leadId, ["city"]);
  await undo(db, leadId, ["city", "phone"]);
  const edits = await allRows(
    db,
    `select value, superseded_at is not null as superseded, undone_at is not null as undone, actors.slug as undone_by
       from app_public.lead_edits left join app_public.actors on actors.id = undone_by_id order by edited_at`,
  );
  expect(edits).toEqual([
    { value: "Ulm", superseded: true, undone: false, undone_by: null },
    { value: "Berlin", superseded: false, undone: true, undone_by: "mona" },
  ]);
  expect(await shown(db, leadId)).toMatchObject({ city: null });
});

test("an amount and its currency are written and undone together", async ({ db }) => {
  const { leadId } = await receiveOne(db, {
    attributes: { ...ANA, value_amount: "10.00", value_currency: "USD" },
  });
  await edit(db, leadId, { value_amount: "12.50" });
  expect(await shown(db, leadId)).toMatchObject({ value_amount: "12.50", value_currency: "USD" });
  await edit(db, leadId, { value_amount: null }, "1 hour");
  expect(await shown(db, leadId)).toMatchObject({ value_amount: null, value_currency: null });
  await undo(db, leadId, ["value_currency"]);
  expect(await shown(db, leadId)).toMatchObject({ value_amount: "10.00", value_currency: "USD" });
});

test("an amount without a currency is refused, and nothing of what was written beside it stands", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: ANA });
  for (const fields of [
    { value_amount: "12.50", city: "Ulm" },
    { value_amount: "1", value_currency: null },
  ]) {
    await db.query("savepoint before_edit");
    await expect(edit(db, leadId, fields)).rejects.toMatchObject({
      code: "BADIN",
      message: expect.stringContaining("valueCurrency"),
    });
    await db.query("rollback to savepoint before_edit");
  }
  expect(await shown(db, leadId)).toMatchObject({ value_amount: null, city: null });
  await edit(db, leadId, { value_amount: "12.50", value_currency: "EUR" });
  await edit(db, leadId, { value_amount: "13" }, "1 hour");
  expect(await shown(db, leadId)).toMatchObject({ value_amount: "13.00", value_currency: "EUR" });
});

test("the worth that a system tells with a deal stands behind a hand and before a touch", async ({ db }) => {
  const { leadId } = await receiveOne(db, {
    attributes: { ...ANA, value_amount: "10.00", value_currency: "USD" },
  });
  await edit(db, leadId, { value_amount: "12.50" });
  const won = {
    kind: "status_change" as const,
    isResponse: false,
    status: "closed_won",
    valueAmount: "99",
    valueCurrency: "EUR",
  };
  await settle(db, [{ settle: reported(ANA.email, won) }]);
  expect(await shown(db, leadId)).toMatchObject({ value_amount: "12.50", value_currency: "USD" });
  await undo(db, leadId, ["value_amount"]);
  expect(await shown(db, leadId)).toMatchObject({ value_amount: "99.00", value_currency: "EUR" });
});

test("claim_edited_keys: by an address that was written in the person is recognized; undone, it is free for whose it is", async ({
  db,
}) => {
  const ana = await receiveOne(db, { attributes: ANA });
  await edit(db, ana.leadId, { email: "slip@mail.example", phone: NEW });
  await edit(db, ana.leadId, { email: "weber@mail.example" }, "1 hour");
  const back = await receiveOne(db, { attributes: { email: "weber@mail.example", country: "DE" } });
  expect(back.leadId).toBe(ana.leadId);
  const other = await receiveOne(db, { attributes: { email: "slip@mail.example", country: "DE" } });
  expect(other.leadId).not.toBe(ana.leadId);

  await undo(db, ana.leadId, ["email", "phone"]);
  const kept = await receiveOne(db, { attributes: { email: "weber@mail.example", country: "DE" } });
  expect(kept.leadId).toBe(ana.leadId); // an arrival has said it meanwhile
  const freed = await receiveOne(db, {
    attributes: { email: "eve@mail.example", phone: NEW, country: "DE" },
  });
  expect(freed.leadId).not.toBe(ana.leadId);
});

test("an address of somebody else stands where it was written, stays theirs, and is asked about once", async ({
  db,
}) => {
  const ben = await receiveOne(db, { attributes: { email: "ben@mail.example", country: "FR" } });
  const ana = await receiveOne(db, { attributes: ANA });
  await edit(db, ana.leadId, { email: "ben@mail.example" });
  await edit(db, ana.leadId, { city: "Bonn" }, "1 hour");
  expect(await shown(db, ana.leadId)).toMatchObject({ email: "ben@mail.example" });
  const again = await receiveOne(db, { attributes: { email: "ben@mail.example", country: "FR" } });
  expect(again.leadId).toBe(ben.leadId);
  expect(await doubts(db)).toEqual([{ territory: "emea", lead_ids: [ben.leadId, ana.leadId] }]);
});

test("a test lead neither takes the address of a person nor asks anybody", async ({ db }) => {
  const ben = await receiveOne(db, { attributes: { email: "ben@mail.example", country: "DE" } });
  const probe = await receiveOne(db, { attributes: ANA, isTest: true });
  await edit(db, probe.leadId, { email: "ben@mail.example" });
  expect((await receiveOne(db, { attributes: { email: "ben@mail.example", country: "DE" } })).leadId).toBe(
    ben.leadId,
  );
  expect(await doubts(db)).toEqual([]);
});

test("a merge takes edits along, the later one wins, and unmerging gives each lead its own back", async ({
  db,
}) => {
  const ana = await receiveOne(db, { attributes: ANA });
  const ben = await receiveOne(db, { attributes: { email: "ben@mail.example", country: "DE" } });
  await edit(db, ana.leadId, { city: "Berlin" });
  await edit(db, ben.leadId, { city: "Bonn", company: "Ben & Co" }, "1 hour");
  const before = await allRows(db, "select city, company, field_origins from app_public.leads order by id");
  const merge = "app_private.merge_leads($1, $2, null, null, null, now() + interval '2 hours')";
  await asWorker(db, () => db.query(`select ${merge}`, [ana.leadId, ben.leadId]));
  expect(await shown(db, ana.leadId)).toMatchObject({ city: "Bonn", company: "Ben & Co" });
  await edit(db, ana.leadId, { company: "Both" }, "3 hours");
  expect(await shown(db, ana.leadId)).toMatchObject({ city: "Bonn", company: "Both" });

  await undo(db, ana.leadId, ["company"]);
  expect(await shown(db, ana.leadId)).toMatchObject({ city: "Bonn", company: null });
  await asWorker(db, () =>
    db.query("select app_private.unmerge_lead($1, null, now() + interval '2 days')", [ben.leadId]),
  );
  expect(await allRows(db, "select city, company, field_origins from app_public.leads order by id")).toEqual(
    before,
  );
});

test("restore_edits: what was undone at the survivor stands again at the lead that had written it, with its key", async ({
  db,
}) => {
  const { leadId: survivorId } = await receiveOne(db, { attributes: ANA });
  const { leadId: mergedId } = await receiveOne(db, {
    attributes: { email: "ben@mail.example", country: "DE" },
  });
  await edit(db, survivorId, { city: "Berlin" });
  await edit(db, mergedId, { city: "Bonn", company: "Ben & Co", email: "ben@work.example" }, "1 hour");
  await undo(db, mergedId, ["company"], "2 hours");
  const merge = "app_private.merge_leads($1, $2, null, null, null, now() + interval '3 hours')";
  await asWorker(db, () => db.query(`select ${merge}`, [survivorId, mergedId]));
  await undo(db, survivorId, ["city", "email"]);
  await asWorker(db, () =>
    db.query("select app_private.unmerge_lead($1, null, now() + interval '2 days')", [mergedId]),
  );
  expect(await shown(db, survivorId)).toMatchObject({ city: null, email: ANA.email });
  expect(await shown(db, mergedId)).toMatchObject({ city: "Bonn", company: null, email: "ben@work.example" });
  const back = await receiveOne(db, { attributes: { email: "ben@work.example", country: "DE" } });
  expect(back.leadId).toBe(mergedId);
});

test("the audit knows who wrote which field, and not what", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: ANA });
  await edit(db, leadId, { first_name: "Geheim" });
  await undo(db, leadId, ["first_name"]);
  const entries = await allRows<{ action: string; field: string }>(
    db,
    "select action, changes ->> 'field' as field from app_private.audit_entries where entity = 'lead_edits' order by id",
  );
  expect(entries).toEqual([
    { action: "insert", field: "first_name" },
    { action: "update", field: "first_name" },
  ]);
  expect(
    await oneValue(db, "select string_agg(changes::text, '') as value from app_private.audit_entries"),
  ).not.toContain("Geheim");
});

async function edit(db: ClientBase, leadId: string, fields: object, later = "0"): Promise<void> {
  const dora = await actorId(db, "dora");
  await asWorker(db, () =>
    db.query(
      "select app_private.write_edits(leads, $2, $3, now() + $4::interval) from app_public.leads where id = $1",
      [leadId, JSON.stringify(fields), dora, later],
    ),
  );
}

async function undo(db: ClientBase, leadId: string, fields: string[], later = "1 day"): Promise<void> {
  const mona = await actorId(db, "mona");
  await asWorker(db, () =>
    db.query(
      "select app_private.undo_edits(leads, $2::app_public.lead_field[], $3, now() + $4::interval) from app_public.leads where id = $1",
      [leadId, fields, mona, later],
    ),
  );
}

function shown(db: ClientBase, leadId: string) {
  return oneRow(db, "select * from app_public.leads where id = $1", [leadId]);
}

function doubts(db: ClientBase) {
  return allRows(
    db,
    `select territories.slug as territory, exceptions.details -> 'lead_ids' as lead_ids
       from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
      where exceptions.kind = 'possible_duplicate'`,
  );
}
