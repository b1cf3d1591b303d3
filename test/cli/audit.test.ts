import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Pool } from "pg";
import { expect, onTestFinished } from "vitest";
import { auditKeys } from "../../src/audit/keys.ts";
import { makeSealAudit } from "../../src/audit/seal.ts";
import { sealAll, tamper, writeEntries } from "../audit/chain.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv } from "./program.ts";

const KEY = "a key for the audit of this test, long enough";

test("a whole audit, then one from which something was taken: exit codes, words, JSON", async () => {
  const { env, root, file } = await installation();
  const fine = await catchment(["audit", "verify"], env);
  expect([fine.code, fine.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^The audit is what was sealed: \d+ entries in 1 blocks, signed up to block 1; 0 not sealed yet\.\n$/,
    ),
  ]);

  const [id] = await writeEntries(root, 1);
  await seal(env, file);
  await tamper(root, "delete from app_private.audit_entries where id = $1", [id]);
  const gone = await catchment(["audit", "verify"], env);
  expect([gone.code, gone.stdout.split("\n")[0]]).toEqual([
    1,
    `entry deleted: block 2, entry ${id}, it was sealed and is not there`,
  ]);
  const json = await catchment(["audit", "verify", "--json"], env);
  expect([json.code, JSON.parse(json.stdout)]).toEqual([
    1,
    expect.objectContaining({
      ok: false,
      blocks: 2,
      anchoredTo: 2,
      faults: [{ kind: "entry deleted", block: 2, entry: id, detail: expect.any(String) }],
    }),
  ]);
});

test("without the file, with another key's, or with one that is not there, nothing passes as proved", async () => {
  const { env, file } = await installation();
  const verify = (...words: string[]) => catchment(["audit", "verify", ...words], env);
  expect((await verify("--checkpoint", `${file}.lost`)).code).toBe(3);
  expect((await verify("--checkpoint", file, "--without-checkpoint")).code).toBe(2);
  const pem = join(await temporaryFolder(), "public.pem");
  await writeFile(pem, (await catchment(["audit", "public-key"], env)).stdout);
  const elsewhere = { ...env, CATCHMENT_AUDIT_KEY: "another key, with which nothing here was signed" };
  expect((await catchment(["audit", "verify", "--public-key", pem], elsewhere)).code).toBe(0);
  const foreign = await catchment(["audit", "verify"], elsewhere);
  expect([foreign.code, foreign.stdout]).toEqual([1, expect.stringContaining("checkpoint forged: line 1")]);
  await writeFile(file, "");
  expect([(await verify()).code, (await verify()).stdout]).toEqual([
    1,
    expect.stringContaining("no checkpoint:"),
  ]);
  expect((await verify("--without-checkpoint")).code).toBe(0);
});

test("a file that was shortened by whole lines is a fault; of an older copy one says when it was made", async () => {
  const { env, root, file } = await installation();
  await writeEntries(root, 1);
  await sealAll(root); // as after the line of this block was taken from the file
  const verify = (...words: string[]) => catchment(["audit", "verify", "--checkpoint", file, ...words], env);
  expect((await verify()).code).toBe(0);
  await tamper(
    root,
    `update app_private.audit_blocks
        set sealed_at = aged.at, hash = app_private.audit_block_hash(number, aged.at, last_transaction, entries_after, entry_ids, entry_hashes, previous_hash)
       from (values (now() - interval '1 hour')) as aged (at) where number = 2`,
  );
  const short = await verify();
  expect([short.code, short.stdout]).toEqual([
    1,
    expect.stringMatching(/^not signed: block 2, blocks 2 to 2, since /),
  ]);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  expect((await verify("--copied-at", yesterday)).code).toBe(0);
  expect((await verify("--copied-at", "yesterday")).code).toBe(2);
});

test("an erasure takes the salts and leaves the audit whole", async () => {
  const { env, root, file } = await installation();
  const { leadId } = await receiveOne(root, { attributes: someone({ first_name: "Ana" }) });
  await root.query("update app_public.leads set first_name = 'Anna' where id = $1", [leadId]);
  await seal(env, file);
  await asWorker(root, () =>
    root.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [leadId]),
  );
  await seal(env, file);
  const { rows } = await root.query("select from app_private.audit_salts where id = $1", [leadId]);
  expect(rows).toEqual([]);
  expect((await catchment(["audit", "verify"], env)).code).toBe(0);
});

test("a month is dropped behind a checkpoint, and the audit stays proved", async () => {
  const { env, root, file } = await installation();
  await root.query("select app_private.make_partitions('2020-01-10Z', 0)");
  await root.query(
    `insert into app_private.audit_entries (id, entity, entity_id, action, login, changes)
     values (app_private.uuid_floor('2020-01-10Z'), 'things', 'x', 'insert', 'x', '{}')`,
  );
  const early = await catchment(["audit", "drop", "2020-01"], env);
  expect([early.code, early.stderr]).toEqual([
    3,
    expect.stringContaining("1 entries of 2020_01 are not sealed before the last checkpoint"),
  ]);
  await seal(env, file);
  expect((await catchment(["audit", "drop", "2020-13"], env)).code).toBe(2);
  expect((await catchment(["audit", "drop", "2999-01"], env)).code).toBe(3);
  const done = await catchment(["audit", "drop", "2020-01"], env);
  expect([done.code, done.stdout]).toEqual([0, "Dropped 1 entries of 2020-01; block 2 vouches for them.\n"]);
  expect((await catchment(["audit", "verify"], env)).code).toBe(0);
  await writeFile(
    file,
    (await readFile(file, "utf8"))
      .split("\n")
      .filter((line) => !line.includes('"drop"'))
      .join("\n"),
  );
  expect((await catchment(["audit", "verify"], env)).stdout).toContain("entry deleted: block 2");
});

test("doctor tells the age of the last block, what is not signed for long, and a head that was signed and is gone", async () => {
  const { env, root } = await installation();
  const audit = async () => {
    const { findings } = JSON.parse((await catchment(["doctor", "--json"], env)).stdout);
    return findings.filter(({ check }: { check: string }) => check.startsWith("audit"));
  };
  expect(await audit()).toEqual([
    { check: "audit blocks", state: "ok", detail: expect.stringMatching(/^1 sealed, the last \d+ s ago$/) },
    { check: "audit checkpoints", state: "ok", detail: "block 1 of 1 is signed" },
  ]);
  await writeEntries(root, 1);
  await sealAll(root); // as when the file cannot be written
  expect((await audit())[1]).toMatchObject({ state: "ok", detail: "block 1 of 2 is signed" });
  await tamper(
    root,
    "update app_private.audit_blocks set sealed_at = now() - interval '1 hour' where number = 2",
  );
  expect((await audit())[1]).toMatchObject({
    state: "fail",
    detail: expect.stringMatching(/^block 1 of 2 is signed, none since /),
    advice: expect.stringMatching(/^Can the worker write .*audit\.ndjson/),
  });
  await writeEntries(root, 1);
  await tamper(root, "update app_private.audit_entries set recorded_at = now() - interval '1 hour'");
  await tamper(root, "delete from app_private.audit_blocks");
  expect(await audit()).toMatchObject([
    { check: "audit blocks", state: "fail" },
    { check: "audit checkpoints", state: "fail", detail: "block 1 was signed and is not in the chain" },
  ]);
});

type Environment = Record<string, string>;

/** A database of its own, with all that the sample organization brought sealed and signed. */
async function installation() {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const file = join(await temporaryFolder(), "audit.ndjson");
  const env = { ...preparedEnv(database), CATCHMENT_AUDIT_CHECKPOINTS: file, CATCHMENT_AUDIT_KEY: KEY };
  const root = await connect(database.urls.superuser);
  await seal(env, file);
  return { env, root, file };
}

async function seal(env: Environment, file: string): Promise<void> {
  const pool = new Pool({ connectionString: env.CATCHMENT_WORKER_URL, max: 1 });
  await makeSealAudit(pool, file, auditKeys(KEY))().finally(() => pool.end());
}
