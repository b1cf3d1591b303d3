import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, receive, receiveOne } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

const ANA = { email: "ana@mail.example", country: "DE" };
const LATER = { occurred_at: "2026-02-01T00:00:00Z" };
const EARLIER = { occurred_at: "2025-02-01T00:00:00Z" };

test("a field that one touch alone says comes from it; what nobody says has no row", async ({ db }) => {
  await receiveOne(db, { attributes: ANA });
  expect(await decided(db)).toEqual([
    { field: "country", value: "DE", rule: "only", is_first: true, turn: 1 },
    { field: "email", value: "ana@mail.example", rule: "only", is_first: true, turn: 1 },
  ]);
  await receiveOne(db, { attributes: { ...ANA, city: "Berlin" } });
  expect(await decided(db, "city")).toEqual([
    { field: "city", value: "Berlin", rule: "only", is_first: false, turn: 2 },
  ]);
});

test.for([
  ["phone", "+4930901820", "+4930901821"],
  ["birth_date", "1990-01-01", "1970-01-01"],
] as const)(
  "whoever knows the address cannot take over the %s through an open form",
  async ([field, own, foreign], { db }) => {
    await receiveOne(db, { attributes: { ...ANA, [field]: own } });
    await receiveOne(db, { attributes: { ...ANA, [field]: foreign } });
    await receiveOne(db, { attributes: { ...ANA, [field]: foreign, occurred_at: "1991-01-01T00:00:00Z" } });
    expect(await decided(db, field)).toMatchObject([{ value: own, rule: "first", turn: 1 }]);
  },
);

test("nor the address, when they know the number", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901820" } });
  await receiveOne(db, { attributes: { email: "eve@mail.example", phone: "+4930901820", country: "DE" } });
  expect(await decided(db, "email")).toMatchObject([{ value: "ana@mail.example", rule: "first" }]);
});

test("a sender that proves who it is stands above an open form, before and after", async ({ db }) => {
  const [open, signed] = ["+4930901820", "+4930901821"];
  await receiveOne(db, { attributes: { ...ANA, phone: open } });
  await receiveOne(db, { path: "partner-feed", attributes: { ...ANA, phone: signed } });
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901822" } });
  expect(await decided(db, "phone")).toEqual([
    { field: "phone", value: signed, rule: "verified", is_first: false, turn: 2 },
  ]);
});

test("a source with one open door proves nothing, even when that door was closed", async ({ db }) => {
  await db.query(
    `update app_public.capture_paths set source = 'partner', is_active = false where slug = 'desk'`,
  );
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901820" } });
  await receiveOne(db, { path: "partner-feed", attributes: { ...ANA, phone: "+4930901821" } });
  expect(await decided(db, "phone")).toMatchObject([{ value: "+4930901820" }]);
});

test("a door of another client says nothing about a source here", async ({ db }) => {
  await db.query(`update app_public.capture_paths set source = 'partner' where slug = 'globex-form'`);
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901820" } });
  await receiveOne(db, { path: "partner-feed", attributes: { ...ANA, phone: "+4930901821" } });
  expect(await decided(db, "phone")).toMatchObject([{ value: "+4930901821", rule: "verified" }]);
});

test("weigh_touches: of names the whole one wins over an initial, and else the first", async ({ db }) => {
  await receive(db, [
    { attributes: { ...ANA, first_name: "A.", last_name: "Weber" } },
    { attributes: { ...ANA, first_name: "Ana", last_name: "Weber" } },
    { attributes: { ...ANA, first_name: "Ana Maria Annabelle", last_name: "Weber" } },
  ]);
  expect(await decided(db, "first_name")).toMatchObject([{ value: "Ana", rule: "first", turn: 2 }]);
  expect(await decided(db, "last_name")).toMatchObject([{ value: "Weber", rule: "only", turn: 1 }]);
});

test("of addresses the fullest stays whole; of two as full the one that happened last", async ({ db }) => {
  const home = { street: "Hauptstr. 1", city: "Berlin", postal_code: "10115" };
  await receive(db, [
    { attributes: { ...ANA, city: "Bonn", ...LATER } },
    { attributes: { ...ANA, ...home, ...LATER } },
    { attributes: { ...ANA, street: "Alte Str. 2", city: "Ulm", postal_code: "89073", ...EARLIER } },
  ]);
  const address = [
    ...(await decided(db, "street")),
    ...(await decided(db, "city")),
    ...(await decided(db, "postal_code")),
  ];
  expect(address.map(({ value }) => value)).toEqual(Object.values(home));
  expect(await decided(db, "city")).toMatchObject([{ rule: "most_recent", turn: 2 }]);
});

test("a touch that claims to come from the future happened when it arrived", async ({ db }) => {
  const [late, soon] = await allValues<string>(
    db,
    "select to_json(now() + make_interval(hours => hours)) #>> '{}' as value from unnest('{20,1}'::int[]) as hours",
  );
  await receiveOne(db, { attributes: { ...ANA, segment: "old", occurred_at: late ?? "" } });
  await receiveOne(db, { attributes: { ...ANA, segment: "new", occurred_at: soon ?? "" } });
  expect(await decided(db, "segment")).toMatchObject([{ value: "new", rule: "most_recent" }]);
});

test("an amount brings its currency along, or that it has none", async ({ db }) => {
  await receive(db, [
    { attributes: { ...ANA, value_amount: "12.50", value_currency: "EUR", ...LATER } },
    { attributes: { ...ANA, value_amount: "99.00", value_currency: "USD", ...EARLIER } },
  ]);
  expect(await decided(db, "value_currency")).toMatchObject([{ value: "EUR", rule: "most_recent" }]);
  await receiveOne(db, { attributes: { ...ANA, value_amount: "12.50" } });
  expect(await decided(db, "value_amount")).toMatchObject([{ value: "12.50", turn: 3 }]);
  expect(await decided(db, "value_currency")).toMatchObject([{ value: null, turn: 3 }]);
});

test("who trusts a source gets its word before any other; the nearest territory's rule counts", async ({
  db,
}) => {
  await rule(db, "global", ["segment", "city"], ["trusted", "first"], ["desk", "partner"]);
  await rule(db, "emea", ["segment"], ["first"]);
  const arrivals: Arrival[] = [
    { attributes: { ...ANA, segment: "form", city: "Berlin" } },
    { path: "partner-feed", attributes: { ...ANA, segment: "partner", city: "Bonn" } },
    { path: "desk", attributes: { ...ANA, segment: "desk", city: "Ulm" } },
  ];
  await receive(db, arrivals);
  expect(await decided(db, "city")).toMatchObject([{ value: "Ulm", rule: "trusted" }]);
  expect(await decided(db, "segment")).toMatchObject([{ value: "form", rule: "first" }]);
});

test("rules of a former revision, and of other territories, count for nothing", async ({ db }) => {
  await receive(db, [
    { attributes: { ...ANA, city: "Berlin", ...EARLIER } },
    { attributes: { ...ANA, city: "Bonn", ...LATER } },
  ]);
  await rule(db, "de", ["city"], ["first"]);
  await db.query(
    "insert into app_public.revisions (digest, applied_by, applied_at) values ('next', 'test', now())",
  );
  await rule(db, "fr", ["city"], ["first"]);
  expect(await decided(db, "city")).toMatchObject([{ value: "Bonn", rule: "most_recent" }]);
  const rules = await allRows(
    db,
    `select criteria from app_private.survivorship_of(array(select id from app_public.territories where slug = 'fr'), app_private.current_revision())
      where field = 'city'`,
  );
  expect(rules).toEqual([{ criteria: ["first"] }]);
});

test("rank_touches: a rank has one figure a criterion, the less the better, and the turn of the arrival last", async ({
  db,
}) => {
  await rule(db, "de", ["city"], ["trusted", "verified", "most_complete", "first"], ["partner", "desk"]);
  await receiveOne(db, { attributes: { ...ANA, city: "Berlin" } });
  await receiveOne(db, { path: "partner-feed", attributes: { ...ANA, city: "Bonn", postal_code: "53111" } });
  const ranks = await allRows(
    db,
    `select value, ranks from app_private.rank_touches(array(select id from app_public.leads), app_private.current_revision())
      where field = 'city' order by turn`,
  );
  expect(ranks).toEqual([
    { value: "Berlin", ranks: [1_000_000, 1, -2, 1, 1] },
    { value: "Bonn", ranks: [1, 0, -3, 2, 2] },
  ]);
});

/** What is decided of the one lead; turn: which of its touches said it first. */
function decided(db: ClientBase, field?: string) {
  return allRows<{ field: string; value: string; rule: string; is_first: boolean; turn: number }>(
    db,
    `select survivors.field, survivors.value, survivors.rule, survivors.is_first,
            (select count(*)::int from app_public.source_events as earlier
              where earlier.capture_id <= (select capture_id from app_public.source_events where id = survivors.source_event_id)) as turn
       from app_private.decide_survivors(array(select id from app_public.leads), app_private.current_revision()) as survivors
      where survivors.field::text = coalesce($1, survivors.field::text) order by survivors.field::text`,
    [field ?? null],
  );
}

async function rule(
  db: ClientBase,
  territory: string,
  fields: string[],
  criteria: string[],
  sources: string[] = [],
) {
  await db.query(
    `insert into app_public.survivorship_rules (revision, territory_id, position, fields, criteria, trusted_sources)
     select app_private.current_revision(), territories.id, 100, $2, $3, $4 from app_public.territories where slug = $1`,
    [territory, fields, criteria, sources],
  );
}
