import { expect, test } from "vitest";
import { retryAfter } from "../../src/http/retry_after.ts";

const NOW = Date.parse("2026-08-01T00:00:00Z");

test.each([
  ["30", 30],
  [" 30 ", 30],
  ["0", 1],
  ["999999999999", 86_400],
  ["Sat, 01 Aug 2026 00:01:30 GMT", 90],
  ["Fri, 31 Jul 2026 00:00:00 GMT", 1],
  ["Sat, 01 Aug 2099 00:00:00 GMT", 86_400],
  ["", undefined],
  ["-5", undefined],
  ["1e3", undefined],
  ["soon", undefined],
  [null, undefined],
  [undefined, undefined],
])("Retry-After: %j is %j", (header, seconds) => {
  expect(retryAfter(header, NOW)).toBe(seconds);
});
