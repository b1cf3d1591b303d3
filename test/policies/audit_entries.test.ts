import type { Client } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue, refusalOf } from "../support/rows.ts";

/** What the BI login sees of a lead's trail with this role in this territory, and with no other membership. */
async function trailAs(db: Client, role: string | null, territory = "de"): Promise<string[]> {
  const bi = await actorId(db, "bi_de");
  await db.query("savepoint before");
  await db.query("delete from app_public.memberships where actor_id = $1", [bi]);
  if (role !== null) {
    await db.query("insert into app_public.memberships (actor_id, territory_id, role) values ($1, $2, $3)", [
      bi,
      await territoryId(db, territory),
      role,
    ]);
  }
  await actAsLogin(db, "bi_de");
  const seen = await allValues<string>(
    db,
    "select distinct territory as value from bi.audit_trail where entity in ('leads', 'decisions') order by 1",
  );
  await stopActing(db);
  await db.query("rollback to savepoint before");
  return seen;
}

test("managers, operations and admins read the trail of their territories, and nobody else does", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ country: "DE" }) });
  await receiveOne(db, { attributes: someone({ country: "FR" }) });
  for (const role of ["manager", "operations", "admin"]) {
    expect([role, await trailAs(db, role)]).toEqual([role, ["de"]]);
  }
  expect(await trailAs(db, "manager", "emea")).toEqual(["de", "fr"]);
  expect(await trailAs(db, "admin", "globex")).toEqual([]);
  for (const role of ["rep", "viewer", null]) expect([role, await trailAs(db, role)]).toEqual([role, []]);
});

test("my_audited_territory_ids follows the permission, and somebody switched off has none", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ country: "DE" }) });
  expect(await trailAs(db, "manager")).toEqual(["de"]);
  await db.query("delete from app_private.permissions where action = 'read_audit' and role = 'manager'");
  expect(await trailAs(db, "manager")).toEqual([]);
  await db.query("update app_public.actors set is_active = false where slug = 'bi_de'");
  expect(await trailAs(db, "admin")).toEqual([]);
});

test("a login that reads the trail as a manager is given no lead and answers for none", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "DE" }) });
  const [bi, de] = [await actorId(db, "bi_de"), await territoryId(db, "de")];
  await db.query("update app_public.memberships set role = 'manager' where actor_id = $1", [bi]);
  expect(await asWorker(db, () => oneValue(db, CARETAKER, [de]))).toBe("mona");
  await actAs(db, await actorId(db, "mona"));
  expect(await refusalOf(db, "select app_public.reassign_lead($1, 'bi_de')", [leadId])).toBe("NFUND");
  await stopActing(db);
});

/** A login of the territory itself would be nearer than she is. */
const CARETAKER =
  "select slug as value from app_public.actors where id = app_private.caretaker_of($1, '{}', now())";

test("the table itself is closed, and the trail tells which personal fields changed and not what they were", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ first_name: "Ana", country: "DE" }) });
  await db.query("update app_public.leads set first_name = 'Secret', status = 'contacted' where id = $1", [
    leadId,
  ]);
  await db.query("update app_public.memberships set role = 'manager' where actor_id = $1", [
    await actorId(db, "bi_de"),
  ]);
  await actAsLogin(db, "bi_de");
  for (const table of ["audit_entries", "audit_blocks", "audit_salts"]) {
    expect(await refusalOf(db, `select from app_private.${table}`)).toBe("42501");
  }
  const trail = await allRows(
    db,
    "select territory, actor, changes, personal_fields from bi.audit_trail where entity_id = $1 and action = 'update' order by entry_id desc limit 1",
    [leadId],
  );
  expect(trail).toEqual([
    {
      territory: "de",
      actor: null,
      changes: { status: ["new", "contacted"] },
      personal_fields: ["first_name"],
    },
  ]);
  await stopActing(db);
});
