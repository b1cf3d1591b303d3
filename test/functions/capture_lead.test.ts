import { expect } from "vitest";
import { isUsableKey } from "../../src/capture/idempotency.ts";
import { attempt } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";

const CAPTURE = "select app_public.capture_lead('web-form', '{}', $1)";

const KEYS = [
  "order 7: paid",
  "event",
  "~".repeat(255),
  "",
  "~".repeat(256),
  "event:7",
  "whole:7",
  "part:7:1",
  "erased:7",
  "Bestellung für Ana",
  "tab\there",
  "line\n",
];

test("it takes the keys that the door takes", async ({ db }) => {
  const codes: Record<string, string> = {};
  for (const key of KEYS) codes[key] = await attempt(db, "mona", CAPTURE, [key]);
  expect(codes).toEqual(Object.fromEntries(KEYS.map((key) => [key, isUsableKey(key) ? "" : "BADIN"])));
  expect(KEYS.filter(isUsableKey)).toHaveLength(3);
});
