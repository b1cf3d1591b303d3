import { expect, test } from "vitest";
import { askVendor, retryAfter } from "../../src/capture/ask_vendor.ts";
import { fakeVendor, vendorAt } from "./fake_vendor.ts";

const NOW = Date.parse("2026-08-01T00:00:00Z");
const header = (value: string) => retryAfter(new Headers({ "retry-after": value }), NOW);

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
])("Retry-After: %j is %j", (value, seconds) => {
  expect(header(value)).toBe(seconds);
});

test("no Retry-After says nothing", () => {
  expect(retryAfter(new Headers())).toBeUndefined();
});

test("an answer larger than any lead is not read to its end", async () => {
  const vendor = await fakeVendor({ body: `"${"x".repeat(9 * 1024 * 1024)}"` });
  expect(await askVendor(vendorAt(vendor), vendor.url)).toEqual({
    outcome: "later",
    reason: "the vendor's answer is too large",
  });
});

test("a redirect is not followed", async () => {
  const elsewhere = await fakeVendor({});
  const vendor = await fakeVendor({ status: 307, headers: { location: elsewhere.url } });
  expect(await askVendor(vendorAt(vendor), vendor.url)).toMatchObject({ status: 307 });
  expect(elsewhere.asked).toEqual([]);
});

test.each(["null", '"text"', "7", "", "{"])("success that tells nothing is none: %j", async (body) => {
  const vendor = await fakeVendor({ body });
  expect(await askVendor(vendorAt(vendor), vendor.url)).toEqual({
    outcome: "later",
    reason: "the vendor's answer is no JSON object",
  });
});
