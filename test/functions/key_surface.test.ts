import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test("of the paths that it is given, the open ones with what their contracts take", async ({ db }) => {
  await db.query("update app_public.capture_paths set is_active = false where slug = 'desk'");
  const rows = await allRows(
    db,
    `select surface.slug, surface.requires_signature, surface.schema -> 'type' as type
       from app_private.key_surface(array(select id from app_public.capture_paths where slug in ('desk', 'partner-feed'))) as surface`,
  );
  expect(rows).toEqual([{ slug: "partner-feed", requires_signature: true, type: "object" }]);
  expect(await allRows(db, "select from app_private.key_surface('{}')")).toEqual([]);
});
