import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("a change tells the row, what differs as it was, and what is not shown by name alone (what_differs)", async ({
  db,
}) => {
  await db.query(
    "update app_public.actors set email = 'new@acme.example', time_zone = 'Europe/Berlin', language = 'de' where slug = 'dora'",
  );
  const [entry] = await entries(db, "actors");
  expect(entry).toMatchObject({
    entity_id: String(await actorId(db, "dora")),
    action: "update",
    changes: { slug: "dora", time_zone: "Europe/Berlin", before: { time_zone: null }, withheld: ["email"] },
  });
  expect(JSON.stringify(entry)).not.toContain("acme.example");
});

test("many rows of one statement are told apart by their key, and a row that stayed as it was has no entry", async ({
  db,
}) => {
  await db.query(
    "update app_public.exception_policies set resolve_seconds = case when kind = 'no_territory' then 60 else resolve_seconds end",
  );
  const seconds = await oneValue<number>(
    db,
    "select (changes -> 'before' ->> 'resolve_seconds')::int as value from app_private.audit_entries order by id desc limit 1",
  );
  expect(await entries(db, "exception_policies")).toMatchObject([
    {
      entity_id: '{"kind": "no_territory"}',
      changes: { resolve_seconds: 60, before: { resolve_seconds: seconds } },
    },
  ]);
  expect(seconds).not.toBe(60);
});

test("turns and credits of a team, which every deal writes, are no change; its people and their weights are", async ({
  db,
}) => {
  await db.query("update app_public.teams set last_turn = last_turn + 1, past_turn = past_turn + 1");
  await db.query("update app_public.team_members set credit = credit + 1, dealt = 3");
  expect([...(await entries(db, "teams")), ...(await entries(db, "team_members"))]).toEqual([]);
  await db.query("update app_public.teams set name = 'Renamed' where slug = 'sales-de'");
  await db.query("update app_public.team_members set weight = 7 where actor_id = $1", [
    await actorId(db, "dora"),
  ]);
  expect(await entries(db, "teams")).toMatchObject([
    { changes: { name: "Renamed", before: { name: expect.any(String) } } },
  ]);
  expect(await entries(db, "team_members")).toMatchObject([
    { changes: { weight: 7, before: { weight: 1 } } },
  ]);
  await db.query("delete from app_public.team_members where actor_id = $1", [await actorId(db, "dora")]);
  expect((await entries(db, "team_members")).at(-1)).toMatchObject({
    action: "delete",
    changes: { weight: 7 },
  });
});

test("rules of territories are told by their number and what they come to, since they are many", async ({
  db,
}) => {
  const revision = await oneValue<number>(db, "select max(id) as value from app_public.revisions");
  await db.query(
    "insert into app_public.territory_rules (revision, territory_id, boundary_id, position, country) select revision, territory_id, boundary_id, position + 1000, 'AT' from app_public.territory_rules where revision = $1",
    [revision],
  );
  expect(await entries(db, "territory_rules")).toMatchObject([
    {
      entity_id: String(revision),
      changes: { rules: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  ]);
});

test("secrets, addresses and whom a provider knows are not in the audit", async ({ db }) => {
  const path = await oneValue<number>(
    db,
    "select id as value from app_public.capture_paths where slug = 'web-form'",
  );
  await db.query(
    "insert into app_private.path_secrets (path_id, name, ciphertext, key_id, created_at) values ($1, 'x', 'hidden-bytes', 'k', now())",
    [path],
  );
  await db.query(
    "insert into app_private.sign_ins (issuer, subject, actor_id, created_at) values ('https://id.example', 'hidden-subject', $1, now())",
    [await actorId(db, "dora")],
  );
  const text = JSON.stringify([...(await entries(db, "path_secrets")), ...(await entries(db, "sign_ins"))]);
  expect(text).toContain("https://id.example");
  expect(text).toContain('"name":"x"');
  expect(text).not.toMatch(/hidden|68696464656e/);
});

test("a permission that somebody grants by hand is told; a migration that changes none tells nothing", async ({
  db,
}) => {
  await db.query(
    "insert into app_private.permissions (action, role, scope) values ('administer', 'rep', 'any')",
  );
  expect(await entries(db, "permissions")).toMatchObject([
    { action: "insert", changes: { action: "administer", role: "rep" } },
  ]);
});

type Entry = { entity_id: string; action: string; changes: object };

/** Of this test alone: what the sample organization brought is older. */
function entries(db: ClientBase, entity: string): Promise<Entry[]> {
  return allRows<Entry>(
    db,
    "select * from app_private.audit_entries where entity = $1 and transaction_id = pg_current_xact_id()::text::bigint order by id",
    [entity],
  );
}
