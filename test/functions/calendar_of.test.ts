import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test.for([
  ["de", "office-de"],
  ["emea", null],
  ["globex-nl", "office-nl"],
] as const)("%s works by %s", async ([slug, calendar], { db }) => {
  const id = await territoryId(db, slug);
  const found = await asWorker(db, () =>
    oneValue(
      db,
      "select (select slug from app_public.calendars where id = app_private.calendar_of($1)) as value",
      [id],
    ),
  );
  expect(found).toBe(calendar);
});

test("who has none works by that of the nearest ancestor", async ({ db }) => {
  await db.query(
    `update app_public.territories set calendar_id = (select id from app_public.calendars where slug = 'office-' || (
       case territories.slug when 'emea' then 'fr' else 'us' end))
      where slug in ('emea', 'global')`,
  );
  await db.query("update app_public.territories set calendar_id = null where slug = 'uk'");
  const slug = await oneValue(
    db,
    "select (select slug from app_public.calendars where id = app_private.calendar_of($1)) as value",
    [await territoryId(db, "uk")],
  );
  expect(slug).toBe("office-fr");
});
