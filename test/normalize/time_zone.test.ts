import { expect, test } from "vitest";
import { instantOfLocalTime } from "../../src/normalize/time_zone.ts";

test.each([
  ["Europe/Berlin", "2025-01-15T12:00", "2025-01-15T11:00", "winter"],
  ["Europe/Berlin", "2025-07-15T12:00", "2025-07-15T10:00", "summer"],
  ["Europe/Berlin", "2025-03-30T01:59", "2025-03-30T00:59", "the last minute of winter"],
  ["Europe/Berlin", "2025-03-30T02:30", "2025-03-30T01:30", "an hour that does not exist, read as 03:30"],
  ["Europe/Berlin", "2025-03-30T03:00", "2025-03-30T01:00", "the first minute of summer"],
  ["Europe/Berlin", "2025-10-26T02:30", "2025-10-26T00:30", "an hour that comes twice, read as the first"],
  ["Europe/Berlin", "2025-10-26T03:00", "2025-10-26T02:00", "the first minute that is winter alone"],
  ["America/New_York", "2025-03-09T02:30", "2025-03-09T07:30", "the gap west of Greenwich"],
  ["America/New_York", "2025-11-02T01:30", "2025-11-02T05:30", "the hour that comes twice west of Greenwich"],
  ["Asia/Kolkata", "2025-05-01T00:00", "2025-04-30T18:30", "half an hour"],
  ["Australia/Lord_Howe", "2025-04-06T01:45", "2025-04-05T14:45", "half an hour that comes twice"],
  ["Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00", "the morning after a day left out"],
  ["UTC", "2025-05-01T00:00", "2025-05-01T00:00", "no offset"],
])("in %s, %s is %sZ: %s", (zone, local, instant) => {
  expect(instantOfLocalTime(Date.parse(`${local}Z`), zone)).toBe(Date.parse(`${instant}Z`));
});

test("a zone that does not exist is a fault of configuration", () => {
  expect(() => instantOfLocalTime(0, "Europe/Atlantis")).toThrow(RangeError);
});
