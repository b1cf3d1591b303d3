import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { describeChanges } from "../../src/setup/describe_changes.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { test } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

const AT = "2027-06-01T10:00:00Z"; // noon in Berlin, a Tuesday

test("calendars are applied once, shown when they change, switched off when the folder names them no more", async ({
  database,
}) => {
  const { worker } = database.urls;
  const now = new Date(AT);
  const folder = await acmeWith("calendars.yaml", 'from: "08:30", to: "16:00"', 'from: "08:30", to: "12:00"');
  await change(folder, "calendars.yaml", "holidays: { country: DE, state: BE }", "time_zone: Europe/Vienna");
  await change(
    folder,
    "calendars.yaml",
    "  - slug: office-uk",
    `  - slug: night\n    territory: de
    windows: [{ days: [fri], from: "22:00", to: "06:00" }]
    exceptions: [{ date: "2027-12-24", name: Eve }]\n\n  - slug: office-uk`,
  );
  await change(folder, "territories.yaml", "calendar: office-fr, ", "");
  const shown = describeChanges((await planFolder(worker, folder, { now })).changes);
  expect(shown).toEqual([
    "territories",
    "  ~ fr",
    "      calendar: office-fr → none",
    "",
    "calendars",
    "  ~ office-de",
    "      time_zone: none → Europe/Vienna",
    "      windows: - fri 08:30-16:00, + fri 08:30-12:00",
    "      holidays: DE BE public → none",
    "  + night: territory de, windows fri 22:00-06:00, exceptions 2027-12-24 closed Eve",
    "",
    "Plan: 1 to add, 2 to change, 0 to close.",
  ]);
  expect((await applyFolder(worker, folder, { now })).changed).toBe(true);
  expect((await applyFolder(worker, folder, { now })).changed).toBe(false);
  // Friday until noon, and the day of the women's movement is worked; the Friday before the change was long.
  expect(await hours(worker, "office-de", "2027-06-04")).toBe(3.5);
  expect(await hours(worker, "office-de", "2028-03-08")).toBe(9);
  expect(await hours(worker, "office-de", "2027-05-28")).toBe(7.5);

  await applyFolder(worker, ACME, { now });
  expect(await hours(worker, "office-de", "2028-03-08")).toBe(0);
  const kept = await withConnection(worker, (db) =>
    allRows(
      db,
      "select slug from app_public.calendars where not is_active and exists (select from app_private.calendar_spans where calendar_id = id)",
    ),
  );
  expect(kept).toEqual([{ slug: "night" }]);
  expect((await planFolder(worker, ACME, { now })).changes).toEqual([]);
});

test("every calendar of the sample reaches three years ahead and knows its holidays", async ({
  database,
}) => {
  const calendars = await withConnection(database.urls.worker, (db) =>
    allRows<{ slug: string; holidays: string; far: boolean }>(
      db,
      `select slug, (select count(*) from app_private.calendar_holidays where calendar_id = calendars.id) as holidays,
              (select max(starts_at) > now() + interval '3 years' from app_private.calendar_spans where calendar_id = calendars.id) as far
         from app_public.calendars where is_active`,
    ),
  );
  expect(calendars).toHaveLength(6);
  for (const { slug, holidays, far } of calendars) {
    expect([slug, Number(holidays) > 50, far]).toEqual([slug, true, true]);
  }
});

async function hours(url: string, slug: string, date: string): Promise<number> {
  return withConnection(url, async (db) => {
    const seconds = await oneValue(
      db,
      `select app_private.working_seconds_between(id, $2::date::timestamp at time zone 'Europe/Berlin', ($2::date + 1)::timestamp at time zone 'Europe/Berlin') as value
         from app_public.calendars where slug = $1`,
      [slug, date],
    );
    return Number(seconds) / 3_600;
  });
}
