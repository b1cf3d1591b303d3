import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

const ANA = { email: "ana@mail.example", country: "DE" };

const WHOLE = {
  first_name: "Ana",
  last_name: "Weber",
  phone: "+4930901820",
  company: "Beispiel",
  company_domain: "beispiel.example",
  street: "Hauptstr. 1",
  city: "Berlin",
  postal_code: "10115",
  region: "BE",
  language: "de",
  segment: "b2b",
  birth_date: "1990-02-28",
  employees: 80,
};

test("every blank is filled by a later touch", async ({ db }) => {
  await receiveOne(db, { attributes: ANA });
  await receiveOne(db, { attributes: { ...ANA, ...WHOLE, value_amount: "12.50", value_currency: "EUR" } });
  expect(await lead(db)).toMatchObject({ ...WHOLE, value_amount: "12.50", value_currency: "EUR" });
});

test("a lesser touch through the same open form changes nothing", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, ...WHOLE } });
  await receiveOne(db, {
    attributes: { ...ANA, first_name: "Anna", phone: "+4930901821", employees: 3, city: "Köln" },
  });
  expect(await lead(db)).toMatchObject(WHOLE);
});

test("rank_touches: an id, which cuts its time to milliseconds, makes no touch older than one of the same instant", async ({
  db,
}) => {
  const id = await oneValue<string>(
    db,
    "select uuidv7(date_trunc('milliseconds', now()) - clock_timestamp()) as value",
  );
  await receiveOne(db, { id, attributes: { ...ANA, employees: 80 } });
  await receiveOne(db, { attributes: { ...ANA, employees: 3 } });
  expect(await lead(db)).toMatchObject({ employees: 80 });
});

test("an amount is replaced with its currency or not at all", async ({ db }) => {
  const at = (occurred_at: string) => ({ ...ANA, occurred_at: `${occurred_at}-01T00:00:00Z` });
  await receiveOne(db, { attributes: { ...at("2025-02"), value_amount: "12.50", value_currency: "EUR" } });
  await receiveOne(db, { attributes: { ...at("2025-01"), value_amount: "99.00", value_currency: "USD" } });
  expect(await lead(db)).toMatchObject({ value_amount: "12.50", value_currency: "EUR" });
  await receiveOne(db, { attributes: { ...at("2025-03"), value_amount: "7.00" } });
  expect(await lead(db)).toMatchObject({ value_amount: "7.00", value_currency: null });
});

test("one by one and in one batch the same is written", async ({ db }) => {
  const arrivals = (email: string) =>
    [
      {},
      { city: "Berlin", segment: "b2c" },
      { city: "Köln", first_name: "Ana", phone: "+4930901820", segment: "b2b" },
      { first_name: "Anna", last_name: "Weber", phone: "+4930901821" },
      { segment: "b2b" },
    ].map((more, n) => ({
      attributes: { email, country: "DE", occurred_at: `2025-01-0${n + 1}T00:00:00Z`, ...more },
    }));
  await receive(
    db,
    arrivals("one@mail.example").map(({ attributes }) => ({
      attributes: { ...attributes, phone: `+49309018${attributes.occurred_at.slice(8, 10)}` },
    })),
    { batchSize: 1 },
  );
  await receive(
    db,
    arrivals("all@mail.example").map(({ attributes }) => ({
      attributes: { ...attributes, phone: `+49309019${attributes.occurred_at.slice(8, 10)}` },
    })),
  );
  const [one, all] = await allRows(db, SHOWN);
  expect(one).toMatchObject({ first_name: "Anna", last_name: "Weber", city: "Köln", segment: "b2b" });
  expect(all).toEqual(one);
});

test("only what the first touch did not say is noted with its origin", async ({ db }) => {
  const first = await receiveOne(db, { attributes: someone() });
  expect(await oneValue(db, "select field_origins as value from app_public.leads")).toBeNull();
  const { email = "" } = await oneRow<{ email: string }>(db, "select email from app_public.leads");
  await receiveOne(db, { attributes: { email, city: "Berlin", country: "DE" } });
  expect(await oneValue(db, "select field_origins as value from app_public.leads")).toEqual({
    city: {
      source_event: await oneValue(
        db,
        "select id as value from app_public.source_events where lead_id = $1 order by capture_id desc limit 1",
        [first.leadId],
      ),
    },
  });
});

test("a second run writes nothing, and leads without a touch are left alone", async ({ db }) => {
  await receive(db, [
    { attributes: ANA },
    { attributes: { ...ANA, ...WHOLE, value_amount: "12.5", value_currency: "EUR" } },
  ]);
  await db.query(
    `insert into app_public.leads (territory_id, source, trace_id, first_name, first_seen_at, last_activity_at)
     select territory_id, 'web-form', 'by hand', 'Untouched', now(), now() from app_public.leads`,
  );
  const before = await allRows(db, "select xmin, ctid, leads.* from app_public.leads order by id");
  await asWorker(db, () =>
    db.query("select app_private.apply_survivors(array(select id from app_public.leads), now())"),
  );
  expect(await allRows(db, "select xmin, ctid, leads.* from app_public.leads order by id")).toEqual(before);
});

test("what was wrong in a lead is right again, whatever it was", async ({ db }) => {
  await receive(db, [{ attributes: { ...ANA, ...WHOLE } }, { attributes: { ...ANA, segment: "b2b" } }]);
  const right = await lead(db);
  await db.query(
    `update app_public.leads set first_name = 'Eve', phone = null, city = 'Ulm', employees = 1, field_origins = '{"city": {}}',
            first_seen_at = now() - interval '1 year', last_activity_at = now() + interval '1 year'`,
  );
  await asWorker(db, () =>
    db.query("select app_private.apply_survivors(array(select id from app_public.leads), now())"),
  );
  expect(await lead(db)).toEqual(right);
});

test("first seen and last active follow when the touches happened, not when they arrived", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, occurred_at: "2020-06-01T00:00:00Z" } });
  await receive(db, [
    { attributes: { ...ANA, occurred_at: "2021-01-01T00:00:00Z" } },
    { attributes: { ...ANA, occurred_at: "2019-01-01T00:00:00Z" } },
  ]);
  expect(await lead(db)).toMatchObject({
    first_seen_at: new Date("2019-01-01T00:00:00Z"),
    last_activity_at: new Date("2021-01-01T00:00:00Z"),
  });
});

function lead(db: Parameters<typeof oneRow>[0]) {
  return oneRow(db, "select leads.*, leads.birth_date::text from app_public.leads");
}

const SHOWN = `
  select leads.first_name, leads.last_name, leads.city, leads.segment, leads.first_seen_at, leads.last_activity_at,
         right(leads.phone, 2) as phone,
         (select jsonb_object_agg(field, source_events.occurred_at)
            from jsonb_each(leads.field_origins) as origins (field, origin)
            join app_public.source_events on source_events.id = (origin ->> 'source_event')::uuid) as origins
    from app_public.leads order by leads.id`;
