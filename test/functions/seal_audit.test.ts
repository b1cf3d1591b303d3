import { expect, onTestFinished } from "vitest";
import { verifyAudit } from "../../src/audit/verify.ts";
import { faultsOf, sealAll, tamper, writeEntries } from "../audit/chain.ts";
import { actAsWorker } from "../support/act_as.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, allValues, oneValue, refusalOf } from "../support/rows.ts";

test("an entry that commits late, with an id of long ago, is sealed later and not lost", async ({
  database,
}) => {
  const [early, late, sealer] = await Promise.all([1, 2, 3].map(() => connect(database.urls.superuser)));
  if (early === undefined || late === undefined || sealer === undefined) throw new Error("Three are needed.");
  await sealAll(sealer);
  await late.query("begin");
  const [lateId] = await writeEntries(late, 1);
  const [earlyId] = await writeEntries(early, 1);
  await sealAll(sealer);
  expect(await sealedNow(sealer, [lateId, earlyId])).toEqual([]); // not even the one that is committed
  await late.query("commit");
  await sealAll(sealer);
  expect(await sealedNow(sealer, [lateId, earlyId])).toEqual([lateId, earlyId]);
  expect(await faultsOf(sealer, null)).toEqual([]);
});

test("what ran in a savepoint waits for its transaction, and what was rolled back leaves no gap", async ({
  database,
}) => {
  const [writer, sealer] = await Promise.all([1, 2].map(() => connect(database.urls.superuser)));
  if (writer === undefined || sealer === undefined) throw new Error("Two are needed.");
  await writer.query("begin; savepoint inner_part");
  const [kept] = await writeEntries(writer, 1);
  await writer.query("savepoint undone");
  const [undone] = await writeEntries(writer, 1);
  await writer.query("rollback to savepoint undone");
  await writer.query("release savepoint inner_part");
  await sealAll(sealer);
  expect(await sealedNow(sealer, [kept, undone])).toEqual([]);
  await writer.query("commit");
  await sealAll(sealer);
  expect(await sealedNow(sealer, [kept, undone])).toEqual([kept]);
});

test("a transaction of another database of the server holds nothing up (audit_horizon)", async ({
  database,
}) => {
  const elsewhere = await connect(database.urls.superuser.replace(/\/[^/]*$/, "/postgres"));
  const sealer = await connect(database.urls.superuser);
  await elsewhere.query("begin; select pg_current_xact_id()");
  const [id] = await writeEntries(sealer, 1);
  await sealAll(sealer);
  expect(await sealedNow(sealer, [id])).toEqual([id]);
  await elsewhere.query("rollback");
});

test("two who seal at once follow one another", async ({ database }) => {
  const [one, other] = await Promise.all([1, 2].map(() => connect(database.urls.worker)));
  if (one === undefined || other === undefined) throw new Error("Two are needed.");
  const ids = await writeEntries(one, 30);
  await Promise.all([sealAll(one, 3), sealAll(other, 3)]);
  expect((await sealedNow(one, ids)).length).toBe(30);
  expect(await faultsOf(one, null)).toEqual([]);
});

test("a pass seals at most as many as it was told, in one block", async ({ database }) => {
  const worker = await connect(database.urls.worker);
  await sealAll(worker, 1_000);
  await writeEntries(worker, 7);
  const pass = () => oneValue<number>(worker, "select app_private.seal_audit(3) as value");
  expect([await pass(), await pass(), await pass(), await pass()]).toEqual([3, 3, 1, 0]);
  const [last] = await allRows(
    worker,
    "select entry_count, first_entry_id = entry_ids[1] as first, last_entry_id = entry_ids[1] as last from app_private.audit_blocks order by number desc limit 1",
  );
  expect(last).toEqual({ entry_count: 1, first: true, last: true });
});

test("restored from a dump, where transactions count from fewer, the order begins anew and nothing is lost", async () => {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const root = await connect(database.urls.superuser);
  const tail = await writeEntries(root, 2);
  await tamper(root, "update app_private.audit_entries set transaction_id = transaction_id + 1000000000000");
  await sealAll(root, 50);
  const fresh = await writeEntries(root, 4);
  await sealAll(root, 3);
  expect(await sealedNow(root, [...tail, ...fresh])).toEqual([...tail, ...fresh]);
  const orders = await allRows(
    root,
    "select entries_after, max(entry_count) as most from app_private.audit_blocks group by 1 order by 1",
  );
  expect(orders).toEqual([
    { entries_after: "00000000-0000-0000-0000-000000000000", most: expect.any(Number) },
    { entries_after: tail.at(-1), most: 3 },
  ]);
  expect(await verifyAudit(root, { checkpoints: null })).toMatchObject({ faults: [], unsealed: 0 });
  await tamper(root, "delete from app_private.audit_entries where id = any ($1)", [[tail[0], fresh[3]]]);
  expect(await faultsOf(root, null)).toEqual([`entry deleted ${tail[0]}`, `entry deleted ${fresh[3]}`]);
});

const TABLES = { audit_entries: "login", audit_blocks: "sealed_at" };
const attempts = Object.entries(TABLES).flatMap(([table, column]) => [
  `update app_private.${table} set ${column} = ${column}`,
  `delete from app_private.${table}`,
  `truncate app_private.${table}`,
]);

test("the worker may add entries and blocks, and do nothing else with them", async ({ db }) => {
  await writeEntries(db, 1);
  await actAsWorker(db);
  for (const attempt of attempts) {
    expect([attempt, await refusalOf(db, attempt)]).toEqual([attempt, "42501"]);
  }
});

test("even who owns the tables is refused, also where triggers are off for replication", async ({ db }) => {
  await writeEntries(db, 1);
  for (const role of ["origin", "replica"]) {
    await db.query(`set local session_replication_role = ${role}`);
    for (const attempt of attempts) {
      expect([role, attempt, await refusalOf(db, attempt)]).toEqual([role, attempt, "FIXED"]);
    }
  }
});

test("a new month is guarded like the others", async ({ db }) => {
  await db.query("select app_private.make_partitions('2033-01-15Z', 0)");
  const states = await allValues(
    db,
    "select tgenabled::text as value from pg_trigger where tgrelid = 'app_private.audit_entries_2033_01'::regclass and tgname = '_100_refuse_change'",
  );
  expect(states).toEqual(["A"]);
});

function sealedNow(client: Parameters<typeof allValues>[0], ids: (string | undefined)[]): Promise<string[]> {
  return allValues(
    client,
    `select id as value from (select unnest(entry_ids) as id, number from app_private.audit_blocks) as sealed
      where id = any ($1) order by array_position($1, id)`,
    [ids],
  );
}
