import { expect } from "vitest";
import { attempt, openCase } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, refusalOf } from "../support/rows.ts";

const COMMENT = "select app_public.comment_exception($1, $2)";

test("comments stand beside a case in their order, also when it is resolved", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", COMMENT, [id, " Called her. "]);
  await attempt(db, "mona", "select app_public.resolve_exception($1, 'done')", [id]);
  await attempt(db, "mona", COMMENT, [id, "All is well."]);
  expect(
    await allRows(
      db,
      `select actors.slug as actor, exception_comments.kind, text from app_public.exception_comments
         join app_public.actors on actors.id = actor_id order by exception_comments.id`,
    ),
  ).toEqual([
    { actor: "dora", kind: "comment", text: "Called her." },
    { actor: "mona", kind: "comment", text: "All is well." },
  ]);
});

test("nothing, and more than 10,000 characters, is no comment", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  for (const text of ["", "  ", null, "x".repeat(10_001)]) {
    expect(await attempt(db, "dora", COMMENT, [id, text])).toBe("BADIN");
  }
});

test("keep_comments, scrub_talk, scrub_approvals: what was written stays: it is neither changed nor deleted, but an erasure takes the words away", async ({
  db,
}) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", COMMENT, [id, "Ana is angry."]);
  for (const change of [
    "update app_public.exception_comments set text = 'Ana is happy.'",
    "update app_public.exception_comments set actor_id = (select id from app_public.actors where slug = 'dirk')",
    "delete from app_public.exception_comments",
  ]) {
    expect([change, await refusalOf(db, change)]).toEqual([change, "FIXED"]);
  }
  await db.query("select app_private.scrub_talk(array[$1::uuid], now())", [id]);
  expect(await allRows(db, "select text from app_public.exception_comments")).toEqual([{ text: "Erased." }]);
});

test("the audit holds that somebody wrote, not what", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", COMMENT, [id, "Ana is angry."]);
  const entries = await allRows<{ changes: object }>(
    db,
    "select changes from app_private.audit_entries where entity = 'exception_comments'",
  );
  expect(entries).toHaveLength(1);
  expect(JSON.stringify(entries)).not.toContain("angry");
});
