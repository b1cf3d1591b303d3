import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

type Erasure = { id: string; lead_id: string; lead_ids: string[]; capture_ids: string[] };

const erase = (db: ClientBase, ...leadIds: string[]) =>
  asWorker(db, () =>
    allRows<Erasure>(db, "select * from app_private.erase_people($1, 'request', now())", [leadIds]),
  );

const person = {
  first_name: "Nepomuk",
  last_name: "Geheimrat",
  email: "nepomuk@geheim.example",
  phone: "+4930424242",
  country: "DE",
  campaign: "spring",
  medium: "cpc",
  landing_page: "https://acme.example/?name=nepomuk",
};

test("what is personal goes, what is no person's stays, and the lead is closed", async ({ db }) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: person });
  const [written] = await erase(db, leadId);
  expect(written).toMatchObject({ lead_id: leadId, lead_ids: [leadId], capture_ids: [captureId] });
  expect(
    await oneRow(
      db,
      `select first_name, email, phone, country, status, owner_id is not null as is_owned, erased_at is not null as is_erased
         from app_public.leads where id = $1`,
      [leadId],
    ),
  ).toEqual({
    first_name: null,
    email: null,
    phone: null,
    country: null,
    status: "closed_lost",
    is_owned: true,
    is_erased: true,
  });
  expect(
    await oneRow(
      db,
      "select campaign, medium, source, landing_page, attributes, derived_channel from app_public.source_events",
    ),
  ).toEqual({
    campaign: "spring",
    medium: "cpc",
    source: "web-form",
    landing_page: null,
    attributes: {},
    derived_channel: "paid search",
  });
  expect(
    await oneRow(db, "select length(body), attributes, outcome, status from app_public.captures"),
  ).toEqual({
    length: 0,
    attributes: null,
    outcome: "lead_created",
    status: "processed",
  });
  expect(await oneRow(db, "select next_at, stop_reason from app_public.clocks")).toEqual({
    next_at: null,
    stop_reason: "erased",
  });
});

test("who comes again is somebody new; others are as they were", async ({ db }) => {
  const [first, other] = await receive(db, [
    { attributes: person },
    { attributes: someone({ last_name: "Other" }) },
  ]);
  const before = await everythingOf(db, other?.leadId ?? "");
  await erase(db, first?.leadId ?? "");
  expect(await everythingOf(db, other?.leadId ?? "")).toEqual(before);
  const again = await receiveOne(db, { attributes: person });
  expect(again).toMatchObject({ outcome: "lead_created" });
  expect(again.leadId).not.toBe(first?.leadId);
});

test("a second time there is nothing to erase; what came to the lead since goes too", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: person });
  expect(await erase(db, leadId)).toHaveLength(1);
  expect(await erase(db, leadId)).toEqual([]);
  const late = await receiveOne(db, { attributes: person });
  await db.query("update app_public.captures set lead_id = $2 where id = $1", [late.captureId, leadId]);
  expect(await oneValue(db, "select app_private.erase_late(now()) as value")).toBe(1);
  expect(
    await oneValue(db, "select length(body) as value from app_public.captures where id = $1", [
      late.captureId,
    ]),
  ).toBe(0);
});

async function everythingOf(db: ClientBase, leadId: string): Promise<unknown> {
  const of = (table: string, column = "lead_id") =>
    oneValue(
      db,
      `select jsonb_agg(to_jsonb(rows) order by rows::text) as value from ${table} as rows where ${column} = $1`,
      [leadId],
    );
  return Promise.all([
    of("app_public.leads", "id"),
    of("app_public.source_events"),
    of("app_public.captures"),
    of("app_public.decisions"),
    of("app_public.notifications"),
    of("app_private.lead_identities"),
  ]);
}
