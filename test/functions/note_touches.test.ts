import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allValues, oneRow } from "../support/rows.ts";

const ANA = { email: "ana@mail.example", country: "DE", city: "Berlin" };

test("a touch that only repeats what the lead shows moves its last activity and nothing else", async ({
  db,
}) => {
  await receiveOne(db, { attributes: { ...ANA, occurred_at: "2025-01-01T00:00:00Z" } });
  await disturb(db);
  await receiveOne(db, {
    attributes: { ...ANA, city: "Disturbed", occurred_at: "2025-02-01T00:00:00Z" },
  });
  await receiveOne(db, {
    attributes: { ...ANA, city: "Disturbed", occurred_at: "2024-02-01T00:00:00Z" },
  });
  expect(await lead(db)).toEqual({
    city: "Disturbed", // nobody looked
    first_seen_at: new Date("2024-02-01T00:00:00Z"),
    last_activity_at: new Date("2025-02-01T00:00:00Z"),
  });
});

test("one that says anything else has the fields decided anew", async ({ db }) => {
  await receiveOne(db, { attributes: ANA });
  await disturb(db);
  await receiveOne(db, { attributes: { ...ANA, city: "Disturbed", last_name: "Diaz" } });
  expect(await lead(db)).toMatchObject({ city: "Berlin" });
});

test("of a batch only the leads that were touched are looked at", async ({ db }) => {
  await receive(db, [{ attributes: ANA }, { attributes: someone({ city: "Bern" }) }]);
  await disturb(db);
  await receive(db, [
    { attributes: { ...ANA, last_name: "Diaz" } },
    { attributes: someone({ city: "Como" }) },
  ]);
  expect(await allValues(db, "select city as value from app_public.leads order by id")).toEqual([
    "Berlin",
    "Disturbed",
    "Como",
  ]);
});

test("two touches at once, through two keys of one lead, overlook nothing of one another", async ({
  database,
}) => {
  const [one, other, observer] = await Promise.all([1, 2, 3].map(() => connect(database.urls.superuser)));
  if (one === undefined || other === undefined || observer === undefined)
    throw new Error("Three connections were asked for.");
  const keys = { email: "both@mail.example", phone: "+4930901899" };
  const { leadId } = await receiveOne(one, { attributes: { ...keys, country: "DE" } });
  await one.query("begin");
  await receiveOne(one, { attributes: { email: keys.email, country: "DE", city: "Berlin" } });
  const backend = await backendOf(other);
  const waiting = receiveOne(other, { attributes: { phone: keys.phone, country: "DE", last_name: "Weber" } });
  await untilItWaits(observer, backend);
  await one.query("commit");
  await waiting;
  const after = await oneRow(one, "select city, last_name from app_public.leads where id = $1", [leadId]);
  expect(after).toEqual({ city: "Berlin", last_name: "Weber" });
});

/** So that it shows whether the fields were decided anew. */
async function disturb(db: ClientBase): Promise<void> {
  await db.query("update app_public.leads set city = 'Disturbed'");
}

function lead(db: ClientBase) {
  return oneRow(db, "select city, first_seen_at, last_activity_at from app_public.leads");
}
