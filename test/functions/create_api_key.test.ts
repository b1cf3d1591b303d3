import { createHash } from "node:crypto";
import type { Client, ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

type Made = { key: string; prefix: string };

test("a key is told once: the table holds its prefix and the hash of its secret", async ({ db }) => {
  const { key, prefix } = await make(db);
  expect(key).toMatch(/^ck_[0-9a-f]{12}_[0-9a-f]{64}$/);
  const secret = key.split("_")[2] ?? "";
  const row = await oneRow<{ hash: Buffer; text: string }>(
    db,
    "select secret_hash as hash, api_keys::text as text from app_private.api_keys where prefix = $1",
    [prefix],
  );
  expect(row.hash).toEqual(createHash("sha256").update(secret).digest());
  expect(row.text).not.toContain(secret);
  expect((await make(db)).key).not.toBe(key);
});

test("two keys live during a rotation, a third is refused until one is revoked or expired", async ({
  db,
}) => {
  const first = await make(db);
  await make(db, "1 day");
  expect(await refusalOf(db, MAKE, ["partner", null])).toBe("STATE");
  await revoke(db, first.prefix);
  await make(db);
  expect(await refusalOf(db, MAKE, ["partner", null])).toBe("STATE");
  await db.query(
    "update app_private.api_keys set created_at = now() - interval '3 days', expires_at = now() - interval '1 day' where expires_at is not null",
  );
  expect(await refusalOf(db, MAKE, ["partner", null])).toBe("");
});

test("only an active actor of kind api_key has keys", async ({ db }) => {
  expect(await refusalOf(db, MAKE, ["dora", null])).toBe("NFUND");
  expect(await refusalOf(db, MAKE, ["nobody-here", null])).toBe("NFUND");
  await db.query("update app_public.actors set is_active = false where slug = 'partner'");
  expect(await refusalOf(db, MAKE, ["partner", null])).toBe("NFUND");
});

test("what a key may do, how long and how often must mean something", async ({ db }) => {
  const attempt = (operations: string, lifetime: string | null, rate: number | null, burst: number | null) =>
    refusalOf(
      db,
      `select app_private.create_api_key((select id from app_public.actors where slug = 'partner'), $1, $2, $3, $4, now())`,
      [operations, lifetime, rate, burst],
    );
  expect(await attempt("{}", null, null, null)).toBe("BADIN");
  expect(await attempt("{read,administer}", null, null, null)).toBe("BADIN");
  expect(await attempt("{read}", "0 days", null, null)).toBe("BADIN");
  expect(await attempt("{read}", null, 5, null)).toBe("BADIN");
  expect(await attempt("{read}", null, -1, 1)).toBe("BADIN");
  expect(await attempt("{read}", "1 day", 5, 10)).toBe("");
});

test("a revoked key keeps the first instant, and opens nothing", async ({ db }) => {
  const { key, prefix } = await make(db);
  expect(await uses(db, key)).toBe(1);
  const revokedAt = await revoke(db, prefix);
  expect(await uses(db, key)).toBe(0);
  expect(await oneValue(db, REVOKE, [prefix, 60])).toEqual(revokedAt);
});

test("its use is written down at most once a minute, that of a wrong secret never", async ({ db }) => {
  const { key, prefix } = await make(db);
  const lastUse = () =>
    oneValue<number | null>(
      db,
      "select extract(epoch from last_used_at - now())::int as value from app_private.api_keys where prefix = $1",
      [prefix],
    );
  await uses(db, `${key.slice(0, -64)}${"0".repeat(64)}`);
  expect(await lastUse()).toBeNull();
  await uses(db, key);
  await uses(db, key, 59);
  expect(await lastUse()).toBe(0);
  await uses(db, key, 61);
  expect(await lastUse()).toBe(61);
});

test("it expires by the instant", async ({ db }) => {
  const { key } = await make(db, "1 day");
  expect(await uses(db, key, 86_399)).toBe(1);
  expect(await uses(db, key, 86_400)).toBe(0);
});

test("it captures only where the actor's territories hold the path and its role captures", async ({ db }) => {
  const { key } = await make(db);
  const paths = () =>
    allValues<string>(
      db,
      `select slug as value from app_private.use_api_key($1, $2, now()) as used
         join app_public.capture_paths on capture_paths.id = any (used.path_ids) order by 1`,
      partsOf(key),
    );
  expect(await paths()).toContain("partner-feed");
  expect(await paths()).not.toContain("web-form");
  expect(await paths()).not.toContain("globex-form");
  await db.query(
    "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'partner')",
  );
  await db.query(
    `insert into app_public.memberships select actors.id, territories.id, 'viewer' from app_public.actors, app_public.territories
      where actors.slug = 'partner' and territories.slug = 'de'`,
  );
  expect(await paths()).toEqual([]);
});

test("the audit tells of keys, but neither hashes nor uses", async ({ db }) => {
  const { key, prefix } = await make(db);
  await uses(db, key);
  await revoke(db, prefix);
  const entries = await allRows<{ action: string; changes: Record<string, unknown> }>(
    db,
    "select action, changes from app_private.audit_entries where entity = 'api_keys' order by id",
  );
  expect(entries.map(({ action }) => action)).toEqual(["insert", "update"]);
  for (const { changes } of entries) {
    expect(changes).toMatchObject({ prefix });
    expect(changes).not.toHaveProperty("secret_hash");
  }
});

test("require_key_holder: an administrator of a part of the actor's territories makes no key for it", async ({
  db,
}) => {
  await db.query(
    `insert into app_public.memberships select actors.id, territories.id, 'viewer' from app_public.actors, app_public.territories
      where actors.slug = 'partner' and territories.slug = 'globex'`,
  );
  expect(await attemptAs(db, "ada", "select app_public.create_api_key('partner', '{read}')")).toBe("NFUND");
  const { prefix } = await make(db);
  expect(await attemptAs(db, "ada", "select app_public.revoke_api_key($1)", [prefix])).toBe("NFUND");
});

test("require_key: somebody who administers nothing there learns of no key", async ({ db }) => {
  const { prefix } = await make(db);
  expect(await attemptAs(db, "gus", "select app_public.revoke_api_key($1)", [prefix])).toBe("NFUND");
  expect(await attemptAs(db, "olga", "select app_public.revoke_api_key($1)", [prefix])).toBe("DENID");
  expect(await attemptAs(db, "ada", "select app_public.revoke_api_key($1)", [prefix])).toBe("");
});

async function attemptAs(db: Client, slug: string, sql: string, values: unknown[] = []): Promise<string> {
  await actAs(db, await actorId(db, slug));
  const refused = await refusalOf(db, sql, values);
  await stopActing(db);
  return refused;
}

const MAKE = `select made.key, made.prefix from app_private.create_api_key(
  (select id from app_public.actors where slug = $1), '{capture,read}', $2::interval, null, null, now()) as made`;
const REVOKE = `select revoked.revoked_at as value from app_private.revoke_api_key(
  (select id from app_private.api_keys where prefix = $1), now() + make_interval(secs => $2)) as revoked`;

async function make(db: ClientBase, lifetime: string | null = null): Promise<Made> {
  return oneRow<Made>(db, MAKE, ["partner", lifetime]);
}

async function revoke(db: ClientBase, prefix: string): Promise<Date> {
  return oneValue<Date>(db, REVOKE, [prefix, 0]);
}

async function uses(db: ClientBase, key: string, second = 0): Promise<number | null> {
  const { rowCount } = await db.query(
    "select from app_private.use_api_key($1, $2, now() + make_interval(secs => $3))",
    [...partsOf(key), second],
  );
  return rowCount;
}

function partsOf(key: string): [string, Buffer] {
  const [, prefix = "", secret = ""] = key.split("_");
  return [prefix, createHash("sha256").update(secret).digest()];
}
