import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue, refusalOf } from "../support/rows.ts";

const TABLES = ["audit_entries", "captures", "source_events"];

test("every large table gets this month and the six ahead", async ({ db }) => {
  const made = await make(db, "2031-11-15T12:00:00Z", 6);
  const months = ["2031_11", "2031_12", "2032_01", "2032_02", "2032_03", "2032_04", "2032_05"];
  expect(made).toEqual(TABLES.flatMap((table) => months.map((month) => `${table}_${month}`)));
});

test("a second run makes nothing, a later one only what is missing", async ({ db }) => {
  await make(db, "2031-11-15T12:00:00Z", 1);
  expect(await make(db, "2031-11-30T23:59:59Z", 1)).toEqual([]);
  expect(await make(db, "2031-12-01T00:00:00Z", 1)).toEqual(TABLES.map((table) => `${table}_2032_01`));
});

test.for(["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])(
  "months follow one another without a gap, leap February too, for a session in %s",
  async (zone, { db }) => {
    await db.query("select set_config('timezone', $1, true)", [zone]);
    expect(await make(db, "2032-01-31T23:30:00Z", 3)).toContain("captures_2032_02");
    const bounds = await allValues<string>(
      db,
      `select pg_get_expr(relpartbound, oid) as value from pg_class where relkind = 'r' and relname ~ '^captures_2032_' order by relname`,
    );
    const edges = ["01", "02", "03", "04", "05"].map((month) => floorOf(`2032-${month}-01T00:00:00Z`));
    expect(bounds).toEqual(edges.slice(1).map((edge, n) => `FOR VALUES FROM ('${edges[n]}') TO ('${edge}')`));
  },
);

test("a row is kept in the month of its id, to the millisecond", async ({ db }) => {
  await make(db, "2032-02-01T00:00:00Z", 1);
  const monthOf = (id: string) =>
    oneValue<string>(
      db,
      `insert into app_private.audit_entries (id, entity, entity_id, action, login, changes)
       values ($1, 'x', 'x', 'insert', 'x', '{}') returning tableoid::regclass::text as value`,
      [id],
    );
  const last = floorOf("2032-02-29T23:59:59.999Z").replace(/0{12}$/, "ffffffffffff");
  expect(await monthOf(last)).toBe("app_private.audit_entries_2032_02");
  expect(await monthOf(floorOf("2032-03-01T00:00:00Z"))).toBe("app_private.audit_entries_2032_03");
});

test("each partition has the walls itself: forced row security, the machine's policy, no grants", async ({
  db,
}) => {
  const made = await make(db, "2032-02-01T00:00:00Z", 0);
  const walls = await allRows(
    db,
    `select relname, relrowsecurity, relforcerowsecurity, relacl is null as without_grants, pg_get_userbyid(relowner) as owner,
            array(select polname || ' to ' || array(select rolname::text from pg_roles where pg_roles.oid = any (polroles))::text
                    from pg_policy where polrelid = pg_class.oid) as policies
       from pg_class where relname = any ($1) order by relname`,
    [made],
  );
  expect(walls).toEqual(
    made.map((relname) => ({
      relname,
      relrowsecurity: true,
      relforcerowsecurity: true,
      without_grants: true,
      owner: "catchment_owner",
      policies: ["every_row_for_the_machine to {catchment_worker}"],
    })),
  );
});

test("the worker makes them without being able to make a table itself", async ({ db }) => {
  await db.query("set local role catchment_worker");
  expect(await refusalOf(db, "create table app_public.mine (id int)")).toBe("42501");
  await db.query("set local role catchment_user");
  expect(await refusalOf(db, "select app_private.make_partitions(now(), 1)")).toBe("42501");
  await db.query("reset role");
});

test("after migration six months are ahead", async ({ db }) => {
  const ahead = await oneValue<number>(db, "select app_private.partition_months_ahead(now()) as value");
  expect(ahead).toBeGreaterThanOrEqual(6);
});

test("a gap ends the months that count as ahead", async ({ db }) => {
  await make(db, "2031-11-15T12:00:00Z", 4);
  const ahead = () =>
    oneValue<number>(db, "select app_private.partition_months_ahead('2031-11-15T12:00:00Z') as value");
  expect(await ahead()).toBe(4);
  await db.query("drop table app_public.captures_2032_01");
  expect(await ahead()).toBe(1);
  await db.query("drop table app_public.captures_2031_11");
  expect(await ahead()).toBe(0); // this month's own: nothing is kept now
});

function make(db: ClientBase, asOf: string, months: number): Promise<string[]> {
  return asWorker(db, () =>
    allValues<string>(db, "select made as value from app_private.make_partitions($1, $2) as made", [
      asOf,
      months,
    ]),
  );
}

/** The first uuidv7 of an instant. */
function floorOf(instant: string): string {
  const digits = Date.parse(instant).toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
