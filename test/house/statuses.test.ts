import { expect } from "vitest";
import { LEAD_STATUSES } from "../../src/contracts/statuses.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

test("a lead's statuses are the same in its table, in mutations and in the files of an organization", async ({
  db,
}) => {
  const admitted: string = await oneValue(
    db,
    `select pg_get_constraintdef(pg_constraint.oid) as value from pg_constraint
      where pg_constraint.conrelid = 'app_public.leads'::regclass and pg_constraint.conname = 'leads_status_check'`,
  );
  expect([...admitted.matchAll(/'(\w+)'/g)].map(([, status]) => status)).toEqual([...LEAD_STATUSES]);
  expect(await allValues(db, "select unnest(app_private.lead_statuses()) as value")).toEqual([
    ...LEAD_STATUSES,
  ]);
});
