import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { asWorker, newTraceId } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

const LATER = "2032-06-01T00:00:00Z";

test("a month goes when everything in it is past the time of its client; without a rule none does", async ({
  db,
}) => {
  await fill(db, "2032-01-10T00:00:00Z", "web-form");
  await fill(db, "2032-02-10T00:00:00Z", "web-form");
  expect(await drop(db, LATER)).toEqual([]);
  await addRule(db, "global", 100);
  expect(await drop(db, LATER)).toEqual(["captures_2032_01", "captures_2032_02"]);
  expect(await drop(db, LATER)).toEqual([]);
  expect(
    await allRows(
      db,
      "select entity_id, action, login is not null as is_told from app_private.audit_entries where entity = 'captures' and entity_id like '%2032%' order by entity_id",
    ),
  ).toEqual([
    { entity_id: "captures_2032_01", action: "delete", is_told: true },
    { entity_id: "captures_2032_02", action: "delete", is_told: true },
  ]);
});

test("one row that is young, waits for people, or is another client's keeps its month", async ({ db }) => {
  await addRule(db, "global", 100);
  await fill(db, "2032-01-10T00:00:00Z", "globex-form");
  await fill(db, "2032-02-10T00:00:00Z", "web-form", "quarantined");
  await fill(db, "2032-03-10T00:00:00Z", "web-form"); // 83 days
  expect(await drop(db, LATER)).toEqual([]);
  expect(await drop(db, "2032-09-01T00:00:00Z")).toContain("captures_2032_03");
});

test("the month on its way and those ahead stay, empty as they are", async ({ db }) => {
  await addRule(db, "global", 1);
  await asWorker(db, () => db.query("select app_private.make_partitions($1, 2)", [LATER]));
  const dropped = await drop(db, LATER);
  expect(dropped).not.toContain("captures_2032_06");
  expect(dropped).not.toContain("captures_2032_07");
});

async function addRule(db: ClientBase, client: string, days: number): Promise<void> {
  await db.query(
    "insert into app_private.retention_rules (slug, territory_id, subject, keep_days) values ($1, $2, 'captures', $3)",
    [`rows-${client}`, await territoryId(db, client), days],
  );
}

async function fill(db: ClientBase, at: string, path: string, status = "processed"): Promise<void> {
  await asWorker(db, () => db.query("select app_private.make_partitions($1, 0)", [at]));
  await db.query(
    `insert into app_public.captures (id, path_id, territory_id, status, outcome, trace_id, body, received_at, processed_at)
     select app_private.uuid_floor($1), id, territory_id, $3, 'lead_created', $4, '', $1, $1 from app_public.capture_paths where slug = $2`,
    [at, path, status, newTraceId()],
  );
}

const drop = (db: ClientBase, asOf: string) =>
  asWorker(db, () =>
    allValues<string>(
      db,
      "select name as value from app_private.drop_captures($1) as name where name like '%2032%'",
      [asOf],
    ),
  );
