import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { refusalOf } from "../support/rows.ts";

const SCRUB = `
  update app_public.captures
     set body = '', content_type = null, headers = null, attributes = null, fetched = null, violations = null,
         corrections = null, error = null, discard_reason = null, revalidation = null, erased_at = now()`;

test("what arrived is never changed, nor deleted, not even by the owner of the tables", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  for (const role of ["catchment_worker", "catchment_owner"]) {
    await db.query(`set role ${role}`);
    for (const change of [
      "body = 'x'",
      "headers = '{}'",
      "content_type = 'text/plain'",
      "body = '', erased_at = now()", // only half: the attributes stay
      "erased_at = now()",
    ]) {
      expect([role, change, await refusalOf(db, `update app_public.captures set ${change}`)]).toEqual([
        role,
        change,
        "FIXED",
      ]);
    }
  }
  expect(await refusalOf(db, "delete from app_public.captures")).toBe("FIXED");
});

test("its content goes whole, once, and does not come back", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await asWorker(db, async () => {
    expect(await refusalOf(db, SCRUB)).toBe("");
    await db.query(SCRUB);
    for (const change of ["body = 'x'", "erased_at = null", "headers = '{}'"]) {
      expect([change, await refusalOf(db, `update app_public.captures set ${change}`)]).toEqual([
        change,
        "FIXED",
      ]);
    }
  });
});

test("a touch stays what it was: where it came from, and when; what is blank may be filled", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ campaign: "spring" }) });
  await asWorker(db, async () => {
    for (const change of [
      "occurred_at = now() - interval '1 year'",
      "origin_lead_id = gen_random_uuid()",
      "capture_id = gen_random_uuid()",
      "source = 'other'",
      "campaign = 'autumn'",
      "campaign = null",
    ]) {
      expect([change, await refusalOf(db, `update app_public.source_events set ${change}`)]).toEqual([
        change,
        "FIXED",
      ]);
    }
    expect(
      await refusalOf(db, "update app_public.source_events set medium = 'cpc', landing_page = null"),
    ).toBe("");
  });
  expect(await refusalOf(db, "delete from app_public.source_events")).toBe("FIXED");
});
