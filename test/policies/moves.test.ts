import type { Client } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { act, test } from "./land.ts";

type Held = Record<string, number>;

test("a lead that moves takes all that hangs on it along: the old side has none of it, the new side all", async ({
  db,
}) => {
  const [de, fr] = [await territoryId(db, "de"), await territoryId(db, "fr")];
  const lead = await oneValue<string>(
    db,
    "select min(id::text) as value from app_public.leads where territory_id = $1",
    [de],
  );
  const before = await held(db, "dora", lead);
  expect(Object.keys(before).length).toBeGreaterThan(12);
  expect(await held(db, "felix", lead)).toEqual({});
  await db.query("update app_public.leads set territory_id = $2 where id = $1", [lead, fr]);
  expect(await held(db, "dora", lead)).toEqual({});
  expect(await held(db, "felix", lead)).toEqual(before);
  await actAsLogin(db, "bi_de");
  expect(
    await oneValue(db, "select count(*)::int as value from bi.lead_queue where lead_id = $1", [lead]),
  ).toBe(0);
  await stopActing(db);
  const moved = await oneValue<number>(
    db,
    "select count(*)::int as value from app_private.audit_entries where entity_id = $1 and action = 'update' and changes::text like '%territory_id%'",
    [lead],
  );
  expect(moved).toBeGreaterThan(0);
});

/** Rows of each table and view that this person reads of the lead; of what hangs on it by another row, by that row. */
async function held(db: Client, who: string, lead: string): Promise<Held> {
  const relations = await allRows<{ name: string; column: string }>(
    db,
    `select relname as name, attname as column from pg_class join pg_attribute on attrelid = pg_class.oid
      where relnamespace = 'app_public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition and not attisdropped
        and (attname = 'lead_id' or relname = 'leads' and attname = 'id') and has_column_privilege('catchment_user', attrelid, attnum, 'select')
      order by 1`,
  );
  await act(db, who);
  const found: Held = {};
  for (const { name, column } of relations) {
    const rows = await oneValue<number>(
      db,
      `select count(*)::int as value from app_public.${name} where ${column} = $1`,
      [lead],
    );
    if (rows > 0) found[name] = rows;
  }
  await stopActing(db);
  return found;
}
