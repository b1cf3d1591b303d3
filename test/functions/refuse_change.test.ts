import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { refusalOf } from "../support/rows.ts";

test("an audit entry is never changed and never deleted, not even by a superuser", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(await refusalOf(db, "update app_private.audit_entries set login = 'somebody else'")).toBe("FIXED");
  expect(await refusalOf(db, "delete from app_private.audit_entries")).toBe("FIXED");
});

test("the worker may neither change nor empty the audit", async ({ db }) => {
  await db.query("set local role catchment_worker");
  for (const attempt of [
    "update app_private.audit_entries set login = 'x'",
    "delete from app_private.audit_entries",
    "truncate app_private.audit_entries",
  ]) {
    expect(await refusalOf(db, attempt)).toBe("42501");
  }
  await db.query("reset role");
});

test.for([
  "update app_public.contracts set definition = '{}'",
  "update app_public.contracts set version = version + 1",
  "update app_public.contracts set fallback_territory_id = null where fallback_territory_id is not null",
  "update app_public.contracts set is_history = not is_history",
  "update app_public.contracts set published_at = now()",
  "update app_public.contracts set team_id = (select min(id) from app_public.teams)",
  "delete from app_public.contracts",
])("a published contract is fixed: %s", async (attempt, { db }) => {
  expect(await refusalOf(db, attempt)).toBe("FIXED");
});

test.for(["update app_public.contract_rules set position = 2", "delete from app_public.contract_rules"])(
  "so are its territory rules: %s",
  async (attempt, { db }) => {
    await db.query(
      `insert into app_public.contract_rules (contract_id, territory_id, position, condition)
       select min(contracts.id), min(territories.id), 1, 'exists($.phone)' from app_public.contracts, app_public.territories`,
    );
    expect(await refusalOf(db, attempt)).toBe("FIXED");
  },
);

test("a path that moves to another territory takes its contracts along", async ({ db }) => {
  const move =
    "update app_public.capture_paths set territory_id = (select id from app_public.territories where slug = 'emea') where slug = 'desk'";
  expect(await refusalOf(db, move)).toBe("");
});
