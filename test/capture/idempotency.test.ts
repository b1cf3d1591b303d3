import { expect, test } from "vitest";
import { eventKey, isUsableKey, partKey, wholeKey } from "../../src/capture/idempotency.ts";

test("a client's key is 1 to 255 printable characters, and never one of ours", () => {
  for (const key of ["1", "a b", "~".repeat(255), "EVENT:1", "my:event:1"])
    expect(isUsableKey(key), key).toBe(true);
  for (const key of ["", "x".repeat(256), "ä", "a\tb", "event:1", "whole:1", "part:1", "erased:1"]) {
    expect(isUsableKey(key), key).toBe(false);
  }
});

test("a vendor's key is kept in words while it fits and can be stored, else as a hash", () => {
  expect(eventKey("leadgen:1459076748710713")).toBe("event:leadgen:1459076748710713");
  expect(eventKey("x".repeat(249))).toHaveLength(255);
  for (const odd of ["x".repeat(250), "a\u0000b", "ü", ""])
    expect(eventKey(odd)).toMatch(/^event:[0-9a-f]{64}$/);
  expect(eventKey("ü")).not.toBe(eventKey("u"));
});

test("a request is known by its bytes, its events by their place", () => {
  expect(wholeKey(Buffer.from("a"))).not.toBe(wholeKey(Buffer.from("b")));
  expect(partKey("id", 1)).not.toBe(partKey("id", 2));
});
