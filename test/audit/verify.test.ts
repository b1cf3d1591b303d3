import { expect } from "vitest";
import { verifyAudit } from "../../src/audit/verify.ts";
import { test as base } from "../support/database.ts";
import { allValues, oneRow, oneValue } from "../support/rows.ts";
import { faultsOf, makeChain, sealAll, tamper, writeEntries } from "./chain.ts";

const test = base.extend("chain", { scope: "file" }, async ({ database }) => makeChain(database));

test("what nobody touched has no fault, and all of it is sealed and signed", async ({ db, chain }) => {
  const { blocks, anchoredTo, ...found } = await verifyAudit(db, { checkpoints: chain.signed });
  expect(found).toMatchObject({ faults: [], unsealed: 0 });
  expect(anchoredTo).toBe(blocks);
  expect(found.entries).toBeGreaterThan(20);
  await writeEntries(db, 3);
  expect(await verifyAudit(db, { checkpoints: chain.signed })).toMatchObject({ faults: [], unsealed: 3 });
});

test("a change of any column of an entry is found", async ({ db, chain }) => {
  const [id = ""] = chain.ids;
  const columns = await allValues<string>(
    db,
    `select attname::text as value from pg_attribute
      where attrelid = 'app_private.audit_entries'::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'transaction_id')`,
  );
  expect(columns.length).toBeGreaterThan(7);
  const other: Record<string, string> = {
    action: "'delete'",
    changes: `'{"status": ["done", "new"]}'`,
    recorded_at: "recorded_at + interval '1 microsecond'",
    territory_id: "2",
    actor_id: "null",
  };
  for (const column of columns) {
    await db.query("savepoint before");
    await tamper(
      db,
      `update app_private.audit_entries set ${column} = ${other[column] ?? "'other'"} where id = $1`,
      [id],
    );
    expect([column, await faultsOf(db, chain.signed)]).toEqual([column, [`entry changed ${id}`]]);
    await db.query("rollback to savepoint before");
  }
});

test("a deletion is found, in the middle and at the end", async ({ db, chain }) => {
  const [middle = "", last = ""] = [chain.ids[7], chain.ids.at(-1)];
  await tamper(db, "delete from app_private.audit_entries where id = any ($1)", [[middle, last]]);
  expect(await faultsOf(db, chain.signed)).toEqual([`entry deleted ${middle}`, `entry deleted ${last}`]);
});

test("an entry that somebody puts between others is found", async ({ db, chain }) => {
  const id = await oneValue<string>(
    db,
    "select (overlay(id::text placing '0000' from 33))::uuid as value from app_private.audit_entries where id = $1",
    [chain.ids[8]],
  );
  await tamper(
    db,
    `insert into app_private.audit_entries (id, transaction_id, entity, entity_id, action, login, changes)
     select $2, transaction_id, 'things', 'x', 'insert', 'nobody', '{}' from app_private.audit_entries where id = $1`,
    [chain.ids[8], id],
  );
  expect(await faultsOf(db, chain.signed)).toEqual([`entry inserted ${id}`]);
});

test("two entries that changed places are found: by their order, by their contents", async ({
  db,
  chain,
}) => {
  const [one = "", other = ""] = [chain.ids[2], chain.ids[11]];
  await db.query("savepoint before");
  await tamper(
    db,
    `update app_private.audit_entries set transaction_id = swapped.transaction_id
       from (select id, transaction_id from app_private.audit_entries where id in ($1, $2)) as swapped
      where audit_entries.id in ($1, $2) and swapped.id <> audit_entries.id`,
    [one, other],
  );
  expect(await faultsOf(db, chain.signed)).toEqual([`entry moved ${one}`, `entry moved ${other}`]);
  await db.query("rollback to savepoint before");
  await tamper(
    db,
    `update app_private.audit_entries set entity_id = swapped.entity_id
       from (select id, entity_id from app_private.audit_entries where id in ($1, $2)) as swapped
      where audit_entries.id in ($1, $2) and swapped.id <> audit_entries.id`,
    [one, other],
  );
  expect(await faultsOf(db, chain.signed)).toEqual([`entry changed ${one}`, `entry changed ${other}`]);
});

test("a changed column of a block is found", async ({ db, chain }) => {
  const { number } = await lastBlock(db);
  for (const change of [
    "sealed_at = sealed_at + interval '1 second'",
    "last_transaction = last_transaction - 1",
    "entries_after = uuidv7()",
    "entry_hashes = set_byte(entry_hashes, 3, get_byte(entry_hashes, 3) # 1)",
    "entry_ids = entry_ids[2:] || entry_ids[1]",
    "hash = sha256(hash)",
    "previous_hash = sha256(hash)",
  ]) {
    await db.query("savepoint before");
    await tamper(db, `update app_private.audit_blocks set ${change} where number = $1`, [number - 2]);
    expect([change, (await faultsOf(db, chain.signed))[0]]).toEqual([change, `block changed ${number - 2}`]);
    await db.query("rollback to savepoint before");
  }
});

test("a block that is gone, and blocks that changed places, are found", async ({ db, chain }) => {
  const { number } = await lastBlock(db);
  await db.query("savepoint before");
  await tamper(db, "delete from app_private.audit_blocks where number = $1", [number - 1]);
  expect(await faultsOf(db, chain.signed)).toContain(`block missing ${number - 1}`);
  await db.query("rollback to savepoint before");
  for (const [from, to] of [
    [number - 1, 1_000_000],
    [number - 2, number - 1],
    [1_000_000, number - 2],
  ]) {
    await tamper(db, "update app_private.audit_blocks set number = $2 where number = $1", [from, to]);
  }
  expect(await faultsOf(db, chain.signed)).toContain(`blocks reordered ${number - 2}`);
});

test("a block that names its entries in another order is found, its hash made anew or not", async ({
  db,
  chain,
}) => {
  const { number } = await lastBlock(db);
  await tamper(
    db,
    `update app_private.audit_blocks set entry_ids = entry_ids[2:] || entry_ids[1], entry_hashes = substring(entry_hashes from 33) || substring(entry_hashes for 32)
      where number = $1`,
    [number - 1],
  );
  await rehash(db, number - 1);
  expect(await faultsOf(db, chain.signed)).toEqual(
    expect.arrayContaining([`entries reordered ${number - 1}`, `chain broken ${number}`]),
  );
});

test("a change with the block's hash made anew breaks the chain at the next block", async ({ db, chain }) => {
  const { number } = await lastBlock(db);
  await forge(db, chain.ids[6] ?? "");
  await rehash(db, number - 2);
  expect(await faultsOf(db, null)).toEqual([`chain broken ${number - 1}`]);
});

test("the end cut off, blocks and all, is seen by a checkpoint, and by nothing else", async ({
  db,
  chain,
}) => {
  const { number } = await lastBlock(db);
  await tamper(db, "delete from app_private.audit_entries where id = any ($1)", [chain.ids.slice(10)]);
  await tamper(db, "delete from app_private.audit_blocks where number > $1", [number - 2]);
  expect(await faultsOf(db, null)).toEqual([]);
  expect(await faultsOf(db, chain.signed)).toEqual([`chain cut ${number - 1}`]);
});

test("all hashes made anew are seen by a checkpoint, and by nothing else", async ({ db, chain }) => {
  const { number } = await lastBlock(db);
  await forge(db, chain.ids[0] ?? "");
  await tamper(db, "delete from app_private.audit_blocks");
  await resealLike(db, number);
  expect(await faultsOf(db, null)).toEqual([]);
  expect(await faultsOf(db, chain.signed)).toEqual([`chain rewritten ${number}`]);
});

test("old blocks behind the last checkpoint are told of; young ones, those after the copy, and a cut chain are not", async ({
  db,
  chain,
}) => {
  const { number } = await lastBlock(db);
  const head = await oneRow<{ block: number; hash: string }>(
    db,
    "select number::int as block, encode(hash, 'hex') as hash from app_private.audit_blocks where number = $1",
    [number - 2],
  );
  const short = {
    ...chain.signed,
    statements: [{ kind: "head" as const, ...head, at: new Date().toISOString() }],
  };
  const unsigned = async (checkpoints: typeof chain.signed, copiedAt?: Date) =>
    (await verifyAudit(db, { checkpoints, ...(copiedAt && { copiedAt }) })).unsigned;
  expect(await unsigned(short)).toBeNull();
  await tamper(db, "update app_private.audit_blocks set sealed_at = sealed_at - interval '1 hour'");
  expect(await unsigned(short)).toEqual({ from: number - 1, to: number, since: expect.any(Date) });
  expect(await unsigned(short, new Date(Date.now() - 7_200_000))).toBeNull();
  expect(await unsigned(chain.signed)).toBeNull();
  expect((await verifyAudit(db, { checkpoints: null })).unsigned).toBeNull();
  const ahead = { kind: "head" as const, hash: head.hash, block: number + 5, at: new Date().toISOString() };
  expect(await unsigned({ ...short, statements: [...short.statements, ahead] })).toBeNull();
});

test("a checkpoint that this key did not sign is named", async ({ db, chain }) => {
  const checkpoints = { ...chain.signed, forged: [3] };
  expect(await faultsOf(db, checkpoints)).toEqual(["checkpoint forged"]);
});

test("a checkpoint of each of two histories is a rewriting", async ({ db, chain }) => {
  const [head] = chain.signed.statements;
  if (head === undefined) throw new Error("There is no head.");
  const statements = [{ ...head, hash: "00".repeat(32) }, head];
  expect(await faultsOf(db, { ...chain.signed, statements })).toEqual([`chain rewritten ${head.block}`]);
});

type Db = Parameters<typeof tamper>[0];

function lastBlock(db: Db): Promise<{ number: number }> {
  return oneRow(db, "select max(number)::int as number from app_private.audit_blocks");
}

/** Another outcome, and the hash of the entry in its block to match. */
async function forge(db: Db, id: string): Promise<void> {
  await tamper(
    db,
    `update app_private.audit_entries set changes = '{"status": ["new", "lost"]}' where id = $1`,
    [id],
  );
  await tamper(
    db,
    `update app_private.audit_blocks
        set entry_hashes = (select string_agg(sha256(app_private.audit_bytes(audit_entries)), '' order by transaction_id, id)
                              from app_private.audit_entries where id = any (entry_ids))
      where $1 = any (entry_ids)`,
    [id],
  );
}

async function rehash(db: Db, number: number): Promise<void> {
  await tamper(
    db,
    `update app_private.audit_blocks
        set hash = app_private.audit_block_hash(number, sealed_at, last_transaction, entries_after, entry_ids, entry_hashes, previous_hash) where number = $1`,
    [number],
  );
}

/** As many blocks as there were. */
async function resealLike(db: Db, blocks: number): Promise<void> {
  const entries = await oneValue<number>(db, "select count(*)::int as value from app_private.audit_entries");
  await db.query("select app_private.seal_audit($1)", [entries - blocks + 1]);
  await sealAll(db, 1);
}
