import { join } from "node:path";
import { Pool } from "pg";
import { expect, onTestFinished } from "vitest";
import { lastHead, readCheckpoints } from "../../src/audit/checkpoints.ts";
import { auditKeys } from "../../src/audit/keys.ts";
import { makeSealAudit } from "../../src/audit/seal.ts";
import { makeSealAuditTask } from "../../src/tasks/seal_audit.ts";
import { sealAll, tamper, writeEntries } from "../audit/chain.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

const keys = auditKeys("a secret of at least thirty-two characters");

test("new entries are sealed, the head is signed once, and a pass without news writes nothing", async ({
  database,
}) => {
  const { seal, file, root } = await sealing(database.urls);
  expect(await seal()).toBeGreaterThan(0);
  expect(await seal()).toBe(0);
  await writeEntries(root, 2);
  expect(await seal()).toBe(2);
  const { statements = [] } = (await readCheckpoints(file, keys.publicKey)) ?? {};
  const last = await oneValue<number>(root, "select max(number)::int as value from app_private.audit_blocks");
  expect(statements.map(({ block }) => block)).toEqual([last - 1, last]);
});

test("what another process sealed is signed all the same", async ({ database }) => {
  const { seal, file, root } = await sealing(database.urls);
  await writeEntries(root, 1);
  await sealAll(root);
  expect(await seal()).toBe(0);
  expect((await lastHead(file, keys.publicKey))?.block).toBe(
    await oneValue(root, "select max(number)::int as value from app_private.audit_blocks"),
  );
});

test("over a chain from which a signed block is gone nothing is signed, and the job says so", async ({
  database,
}) => {
  const { seal, file, root } = await sealing(database.urls);
  await writeEntries(root, 1);
  await seal();
  const signed = await lastHead(file, keys.publicKey);
  await root.query("begin");
  await tamper(root, "delete from app_private.audit_blocks where number = $1", [signed?.block]);
  await root.query("commit");
  await writeEntries(root, 1);
  await expect(seal()).rejects.toThrow(`Block ${signed?.block} is not the one that was signed`);
  expect(await lastHead(file, keys.publicKey)).toEqual(signed);
});

test("the task seals", async ({ db }) => {
  let asked = 0;
  const task = makeSealAuditTask(async () => {
    asked += 1;
    return 0;
  });
  await db.query("select graphile_worker.add_job('seal_audit')");
  await runJobs(db, { seal_audit: task });
  expect(asked).toBe(1);
});

async function sealing(urls: { worker: string; superuser: string }) {
  const file = join(await temporaryFolder(), "audit.ndjson");
  const pool = new Pool({ connectionString: urls.worker, max: 2 });
  onTestFinished(() => pool.end());
  return { file, seal: makeSealAudit(pool, file, keys), root: await connect(urls.superuser) };
}
