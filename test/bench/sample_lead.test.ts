import { expect, test } from "vitest";
import { BODY_BYTES, sampleLead } from "../../src/bench/sample_lead.ts";

test("a sample lead has the same bytes each time, and always as many", () => {
  for (const n of [0, 1, 2, 3, 19, 999, 7_000_000]) {
    expect(Buffer.byteLength(sampleLead(n))).toBe(BODY_BYTES);
    expect(sampleLead(n)).toBe(sampleLead(n));
  }
});

test("every twentieth comes from somebody who came before, and nobody else does", () => {
  const emails = Array.from({ length: 2_000 }, (_, n) => /"email":"([^"]+)"/.exec(sampleLead(n))?.[1]);
  expect(new Set(emails).size).toBe(1_900);
  expect(emails[19]).toBe(emails[11]);
});
