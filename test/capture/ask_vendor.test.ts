import { expect, test } from "vitest";
import { askVendor } from "../../src/capture/ask_vendor.ts";
import { fakeVendor, vendorAt } from "./fake_vendor.ts";

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
