import type { Client } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { touched, won } from "../support/touches.ts";

const ANA = "ana@mail.example";

test("touches stand by their instant, whenever they arrived, with all that they tell", async ({ db }) => {
  const told = {
    channel: "newsletter",
    campaign: "spring",
    medium: "email",
    content: "a",
    term: "b",
    landing_page: "https://acme.example/demo",
    referrer: "https://mail.example/",
    click_id: "c1",
  };
  const leadId = await touched(db, ANA, [
    { at: "2026-03-11T00:00:00Z" },
    { at: "2026-03-01T12:00:00Z", ...told },
  ]);
  const [first, second] = await touches(db);
  expect(first).toMatchObject({
    ...told,
    lead_id: leadId,
    territory: "de",
    position: 1,
    touches: 2,
    credited_touches: 2,
    is_credited: true,
    days_before: "9.500",
    derived_channel: "newsletter",
    source: "web-form",
    primary_source: "newsletter",
    is_won: false,
    won_at: null,
  });
  expect(second).toMatchObject({ position: 2, days_before: "0.000", channel: null, derived_channel: null });
});

test("touches at one instant stand in the order of their ids", async ({ db }) => {
  const at = "2026-03-01T12:00:00Z";
  await touched(db, ANA, [
    { at, channel: "a" },
    { at, channel: "b" },
    { at, channel: "c" },
  ]);
  expect((await touches(db)).map(({ channel }) => channel)).toEqual(["a", "b", "c"]);
});

test("an absent channel is shown; where other signs tell one it is derived, and the arrival is kept as it was", async ({
  db,
}) => {
  await touched(db, ANA, [
    { at: "2026-03-01T00:00:00Z", landing_page: "https://acme.example/?gclid=x" },
    { at: "2026-03-02T00:00:00Z" },
  ]);
  await touched(db, "ben@mail.example", [{ at: "2026-03-01T00:00:00Z" }], { path: "desk" });
  expect(
    await allRows(
      db,
      "select channel, derived_channel, primary_source from bi.attribution_touches order by lead_id, position",
    ),
  ).toEqual([
    { channel: null, derived_channel: "paid search", primary_source: "paid search" },
    { channel: null, derived_channel: null, primary_source: "paid search" },
    { channel: null, derived_channel: null, primary_source: "desk" },
  ]);
  expect(await allValues(db, "select distinct channel as value from app_public.source_events")).toEqual([
    null,
  ]);
});

test("of a won lead what came after the close does not count; what came at its instant does", async ({
  db,
}) => {
  await touched(db, ANA, [
    { at: "2026-03-01T00:00:00Z" },
    { at: "2026-03-05T00:00:00Z" },
    { at: "2026-03-09T00:00:00Z" },
  ]);
  await won(db, ANA, "2026-03-05T00:00:00Z");
  expect(
    (await touches(db)).map(({ is_credited, days_before, touches: all }) => [is_credited, days_before, all]),
  ).toEqual([
    [true, "4.000", 3],
    [true, "0.000", 3],
    [false, "-4.000", 3],
  ]);
});

test("won before its first touch, as dates without a time have it: that touch alone counts", async ({
  db,
}) => {
  await touched(db, ANA, [{ at: "2026-03-08T00:00:00Z" }, { at: "2026-03-09T00:00:00Z" }]);
  await won(db, ANA, "2026-03-06T19:38:55Z");
  expect((await touches(db)).map(({ is_credited }) => is_credited)).toEqual([true, false]);
});

test("a lead merged into another is not shown, and neither is a test", async ({ db }) => {
  const survivor = await touched(db, ANA, [{ at: "2026-03-01T00:00:00Z" }]);
  const merged = await touched(db, "ben@mail.example", [{ at: "2026-03-02T00:00:00Z" }]);
  await touched(db, "test@mail.example", [{ at: "2026-03-02T00:00:00Z" }], { isTest: true });
  expect(await allRows(db, "select from bi.attribution_touches")).toHaveLength(2);
  await db.query("update app_public.leads set merged_into_id = $1 where id = $2", [survivor, merged]);
  expect(await allValues(db, "select lead_id as value from bi.attribution_touches")).toEqual([survivor]);
});

test("one lead is read by its index, also behind the walls", async ({ db }) => {
  const leadId = await touched(db, ANA, [{ at: "2026-03-01T00:00:00Z" }]);
  await db.query("set local session authorization bi_de");
  await db.query("set local enable_seqscan = off"); // the tables of this test are small
  const lines = (
    await allRows<{ "QUERY PLAN": string }>(
      db,
      `explain select * from bi.attribution_credit where lead_id = '${leadId}' and model = 'linear'`,
    )
  ).map((row) => row["QUERY PLAN"]);
  await db.query("reset session authorization");
  expect(lines.join("\n")).toMatch(/lead_id_id_idx on source_events.*\n *Index Cond: \(lead_id = /);
});

test("view and columns say their unit and grain", async ({ db }) => {
  for (const view of ["bi.attribution_touches", "bi.attribution_credit"]) {
    expect(
      await allValues(
        db,
        `select attname as value from pg_attribute
          where attrelid = $1::regclass and attnum >= 0 and col_description(attrelid, attnum) is null`,
        [view],
      ),
    ).toEqual([]);
    expect(await oneValue(db, "select obj_description($1::regclass) as value", [view])).toContain(
      "one row a touch",
    );
  }
});

function touches(db: Client) {
  return allRows(db, "select * from bi.attribution_touches order by lead_id, position");
}

test("impersonal, page_of: of links that name their reader the page is shown, and no address", async ({
  db,
}) => {
  await touched(db, ANA, [
    {
      at: "2026-03-01T12:00:00Z",
      campaign: "spring for Ana.Silva@mail.example",
      content: "to=ana%40mail.example&b",
      term: "shoes @ home",
      landing_page: "https://acme.example/thanks?email=ana@mail.example#top",
      referrer: "https://mail.example/read/ana@mail.example/1?to=x",
    },
  ]);
  const shown = {
    campaign: "spring for …",
    content: "to=…&b",
    term: "shoes @ home",
    landing_page: "https://acme.example/thanks",
    referrer: "https://mail.example/read/…/1",
  };
  expect(await touches(db)).toMatchObject([shown]);
  expect(await allRows(db, "select * from bi.source_events")).toMatchObject([shown]);
  expect(await allRows(db, "select distinct campaign from bi.attribution_credit")).toEqual([
    { campaign: shown.campaign },
  ]);
});
