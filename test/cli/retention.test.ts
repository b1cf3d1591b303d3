import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { someone } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a dry run tells rule, count and ids, and changes nothing; then it is done, in batches, and in the ledger", async ({
  database,
}) => {
  const ledger = join(await temporaryFolder(), "erasures.ndjson");
  const env = { ...preparedEnv(database), CATCHMENT_ERASURE_LEDGER: ledger };
  expect((await catchment(["retention"], env)).stdout).toBe("Nothing is past its time.\n");
  const { leadId } = await arrive(database, { attributes: someone() });
  await withConnection(database.urls.superuser, async (db) => {
    await db.query("update app_public.leads set last_activity_at = now() - interval '3 days'");
    await db.query(
      `insert into app_private.retention_rules (slug, territory_id, subject, keep_days)
       select 'short', id, 'leads', 2 from app_public.territories where slug = 'global'`,
    );
  });
  const erased = () =>
    withConnection(database.urls.superuser, (db) =>
      oneValue<number>(db, "select count(erased_at)::int as value from app_public.leads"),
    );

  const dry = await catchment(["retention", "--dry-run", "--json"], env);
  expect(JSON.parse(dry.stdout)).toEqual({
    rules: [{ rule: "short", subject: "leads", count: 1, ids: [leadId] }],
  });
  expect(await erased()).toBe(0);
  const done = await catchment(["retention"], env);
  expect([done.code, done.stdout]).toEqual([0, "short  leads  1\nDone.\n"]);
  expect(await erased()).toBe(1);
  expect(await readFile(ledger, "utf8")).toContain(leadId);
});
