import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test("the revision in force is the last one applied", async ({ db }) => {
  const read = () => oneValue<number>(db, "select app_private.current_revision() as value");
  const before = await read();
  await db.query(
    "insert into app_public.revisions (digest, applied_by, applied_at) values ('x', 'test', now())",
  );
  expect(await read()).toBeGreaterThan(before);
});
