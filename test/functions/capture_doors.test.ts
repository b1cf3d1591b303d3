import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow } from "../support/rows.ts";

const SLUGS = "select doors.slug as value from app_private.capture_doors() as doors order by 1";

test("a door says what must be known before anything is taken", async ({ db }) => {
  const door = await oneRow(
    db,
    `select doors.protocol, doors.requires_signature, doors.max_body_bytes
       from app_private.capture_doors() as doors where doors.slug = 'partner-feed'`,
  );
  expect(door).toEqual({ protocol: "json", requires_signature: true, max_body_bytes: 262_144 });
});

test("a path that is closed, or has no contract in force, is no door", async ({ db }) => {
  expect(await allValues(db, SLUGS)).toContain("desk");
  await db.query("update app_public.capture_paths set is_active = false where slug = 'desk'");
  await db.query("update app_public.capture_paths set active_contract_id = null where slug = 'web-form'");
  const slugs = await allValues(db, SLUGS);
  expect(slugs).not.toContain("desk");
  expect(slugs).not.toContain("web-form");
});
