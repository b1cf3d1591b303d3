import { expect, test } from "vitest";
import { normalizeBirthDate, normalizeInstant } from "../../src/normalize/time.ts";

const receivedAt = new Date("2026-03-01T12:00:00Z");

test.each([
  ["2025-05-01", "2025-04-30T22:00:00.000Z"],
  ["2025-05-01 10:00", "2025-05-01T08:00:00.000Z"],
  ["2025-01-01T10:00:05", "2025-01-01T09:00:05.000Z"],
  ["2025-05-01T10:00:00Z", "2025-05-01T10:00:00.000Z"],
  ["2025-05-01T10:00:00.123456+02:00", "2025-05-01T08:00:00.123Z"],
  ["2025-05-01T10:00:00-0330", "2025-05-01T13:30:00.000Z"],
  ["2025-05-01 10:00:00 UTC", "2025-05-01T10:00:00.000Z"],
  ["01.05.2025", "2025-04-30T22:00:00.000Z"],
  ["1.5.2025 10:00", "2025-05-01T08:00:00.000Z"],
  ["1746093600", "2025-05-01T10:00:00.000Z"],
  ["1746093600123", "2025-05-01T10:00:00.123Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
])("%j, told in Berlin, happened at %s", (typed, instant) => {
  expect(normalizeInstant(typed, "Europe/Berlin", receivedAt)).toBe(instant);
});

test.each([
  "",
  "yesterday",
  "05/01/2025",
  "32.05.2025",
  "1.5.25",
  "20250501",
  "2025-02-29",
  "2025-13-01",
  "2025-00-10",
  "2025-05-01T24:00",
  "2025-05-01T10:60",
  "2025-05-01T10:00:60Z",
  "2025-05-01T10:00:00+25:00",
  "2025-05-01Z",
  "12345",
  "-1746093600",
  "17460936001",
  "1".repeat(10_000),
])("%j is no time", (typed) => {
  expect(normalizeInstant(typed, "Europe/Berlin", receivedAt)).toBeUndefined();
});

test("nothing happened before 1990 or after it was received; a clock may be wrong by a day", () => {
  expect(normalizeInstant("1989-12-31T23:59:59Z", "UTC", receivedAt)).toBeUndefined();
  expect(normalizeInstant("1990-01-01T00:00:00Z", "UTC", receivedAt)).toBe("1990-01-01T00:00:00.000Z");
  expect(normalizeInstant("2026-03-01T12:00:00Z", "UTC", receivedAt)).toBe("2026-03-01T12:00:00.000Z");
  expect(normalizeInstant("2026-03-01T12:00:01Z", "UTC", receivedAt)).toBe("2026-03-01T12:00:00.000Z");
  expect(normalizeInstant("2026-03-02T12:00:00Z", "UTC", receivedAt)).toBe("2026-03-01T12:00:00.000Z");
  expect(normalizeInstant("2026-03-02T12:00:01Z", "UTC", receivedAt)).toBeUndefined();
});

test.each([
  ["1990-05-06", "1990-05-06"],
  ["19900506", "1990-05-06"],
  ["06.05.1990", "1990-05-06"],
  [" 6.5.1990 ", "1990-05-06"],
  ["2000-02-29", "2000-02-29"],
  ["1952 3 20", "1952-03-20"],
  ["1952/3/9", "1952-03-09"],
  ["1952-3-9", "1952-03-09"],
])("who was born on %j was born on %s", (typed, date) => {
  expect(normalizeBirthDate(typed, receivedAt)).toBe(date);
});

test.each([
  "",
  "05/06/1990",
  "06.05.90",
  "1990-02-30",
  "31.04.1990",
  "0000-00-00",
  "1899-12-31",
  "2026-03-02",
  "1990",
  "1990 5",
  "1990 13 5",
  "1990 2 30",
])("nobody was born on %j", (typed) => {
  expect(normalizeBirthDate(typed, receivedAt)).toBeUndefined();
});
