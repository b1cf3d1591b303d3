import { expect } from "vitest";
import { receive, receiveOne } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { oneRow } from "../support/rows.ts";

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

test("a value that stands is kept", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, ...WHOLE } });
  await receiveOne(db, {
    attributes: { ...ANA, first_name: "Anna", phone: "+4930901821", employees: 3, city: "Köln" },
  });
  expect(await lead(db)).toMatchObject(WHOLE);
});

test("an amount is filled with its currency or not at all", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, value_amount: "12.50", value_currency: "EUR" } });
  await receiveOne(db, { attributes: { ...ANA, value_amount: "99.00", value_currency: "USD" } });
  expect(await lead(db)).toMatchObject({ value_amount: "12.50", value_currency: "EUR" });
});

test("of several touches in one batch the first that knows fills the blank", async ({ db }) => {
  await receive(db, [
    { attributes: ANA },
    { attributes: { ...ANA, city: "Berlin" } },
    { attributes: { ...ANA, city: "Köln", first_name: "Ana" } },
  ]);
  expect(await lead(db)).toMatchObject({ city: "Berlin", first_name: "Ana" });
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
