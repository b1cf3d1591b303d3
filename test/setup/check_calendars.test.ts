import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acmeWith, expectRefusal, problemsOf } from "./folder_of.ts";

const WEEK = 'windows: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: "09:00", to: "17:00" }]';
const everyDay = Array.from({ length: 366 }, (_, n) =>
  new Date(Date.UTC(2028, 0, 1 + n)).toISOString().slice("2028-".length, 10),
);

test.for([
  ["no window", "windows: []", "windows: there must be at least one"],
  [
    "a window without length",
    'windows: [{ days: [mon], from: "09:00", to: "09:00" }]',
    "ends when it begins",
  ],
  ["a window without days", 'windows: [{ days: [], from: "09:00", to: "17:00" }]', "windows.0.days"],
  ["a day that is none", 'windows: [{ days: [monday], from: "09:00", to: "17:00" }]', "windows.0.days.0"],
  ["a time that is none", 'windows: [{ days: [mon], from: "9:00", to: "17:00" }]', "must be a time of day"],
  [
    "a beginning at the end of a day",
    'windows: [{ days: [mon], from: "24:00", to: "06:00" }]',
    "must be before 24:00",
  ],
  ["an unknown time zone", `${WEEK}, time_zone: Europe/Atlantis`, "must be a time zone"],
  ["an unknown country", `${WEEK}, holidays: { country: Atlantis }`, "holidays.country: must be one of"],
  ["an unknown state", `${WEEK}, holidays: { country: DE, state: XX }`, "holidays.state: must be one of"],
  [
    "a state where none is known",
    `${WEEK}, holidays: { country: JP, state: XX }`,
    "holidays.state: none is known there",
  ],
  [
    "an unknown region",
    `${WEEK}, holidays: { country: DE, state: BY, region: XX }`,
    "holidays.region: must be one of",
  ],
  [
    "a region of no state",
    `${WEEK}, holidays: { country: DE, region: A }`,
    "holidays.region: none is known there",
  ],
  [
    "a holiday that no year has",
    `${WEEK}, own_holidays: [{ date: "02-30", name: No }]`,
    "own_holidays.0.date: must be a date",
  ],
  [
    "the same holiday twice",
    `${WEEK}, own_holidays: [{ date: "12-24", name: A }, { date: "12-24", name: B }]`,
    "12-24 is there already",
  ],
  [
    "an exception of every year",
    `${WEEK}, exceptions: [{ date: "12-24" }]`,
    "exceptions.0.date: must be a date",
  ],
  [
    "two exceptions of a date",
    `${WEEK}, exceptions: [{ date: "2027-12-24" }, { date: "2027-12-24" }]`,
    "2027-12-24 is there already",
  ],
  ["a calendar of no territory", `${WEEK}, territory: atlantis`, 'there is no territory "atlantis"'],
  ["a slug that is taken", `${WEEK}, slug: office-de`, '"office-de" is there already'],
  ["holidays on every day", `${WEEK}, own_holidays: [${offOn(everyDay)}]`, "windows: leave no working time"],
  [
    "work on public holidays alone",
    `${WEEK}, holidays: { country: DE }, own_holidays: [${offOn(everyDay.filter((date) => date !== "12-25"))}]`,
    "windows: leave no working time",
  ],
] as const)("%s is refused with its line", async ([, calendar, problem]) => {
  const given = { slug: "slug: more", territory: "territory: de" };
  const missing = Object.entries(given).flatMap(([key, text]) =>
    calendar.includes(`, ${key}: `) ? [] : [text],
  );
  const folder = await acmeWith("sla_policies.yaml", "sla_policies:", "sla_policies:");
  await writeFile(
    join(folder, "calendars_2.yaml"),
    `calendars:\n  - { ${[...missing, calendar].join(", ")} }\n`,
  );
  const problems = await problemsOf(folder);
  expect(problems).toEqual([expect.stringMatching(/^calendars_2\.yaml:2: /)]);
  expect(problems[0]).toContain(problem);
});

test("working time is left where a date of the next years has a window after all, and no later one", async () => {
  const problems = async (year: number) => {
    const folder = await acmeWith("sla_policies.yaml", "sla_policies:", "sla_policies:");
    const once = `exceptions: [{ date: "${year}-12-31", windows: [{ from: "09:00", to: "10:00" }] }]`;
    const calendar = `slug: more, territory: de, ${WEEK}, own_holidays: [${offOn(everyDay)}], ${once}`;
    await writeFile(join(folder, "calendars_2.yaml"), `calendars:\n  - { ${calendar} }\n`);
    return problemsOf(folder);
  };
  const year = new Date().getUTCFullYear();
  expect(await problems(year + 1)).toEqual([]);
  expect(await problems(year + 4)).toHaveLength(1);
  expect(await problems(year - 1)).toHaveLength(1);
});

test("a territory that works by no calendar of the folder is refused", () =>
  expectRefusal(
    {
      file: "territories.yaml",
      text: "calendar: office-de",
      wrong: "calendar: of-the-sea",
      on: "of-the-sea",
    },
    'there is no calendar "of-the-sea"',
  ));

test("a territory that works by another client's calendar is refused", () =>
  expectRefusal(
    {
      file: "territories.yaml",
      text: "calendar: office-de",
      wrong: "calendar: office-nl",
      on: "name: Germany",
    },
    '"office-nl" belongs to "globex-nl", which does not reach "de"',
  ));

function offOn(dates: readonly string[]): string {
  return dates.map((date) => `{ date: "${date}", name: Off }`).join(", ");
}
