import { expect } from "vitest";
import { makeRecordErasuresTask } from "../../src/tasks/record_erasures.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("each minute what came too late is erased, and the ledger is brought up to date after it", async ({
  db,
}) => {
  const attributes = someone();
  const { leadId } = await receiveOne(db, { attributes });
  await asWorker(db, () =>
    db.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [leadId]),
  );
  const late = await receiveOne(db, { attributes });
  await db.query("update app_public.captures set lead_id = $2 where id = $1", [late.captureId, leadId]);
  let seen = 0;
  const record = async () => {
    seen = await oneValue<number>(db, "select count(*)::int as value from app_private.erasures");
    return seen;
  };
  await db.query("select graphile_worker.add_job('record_erasures')");
  await runJobs(db, { record_erasures: makeRecordErasuresTask(record) });
  expect(seen).toBe(2);
  expect(
    await oneValue(db, "select length(body) as value from app_public.captures where id = $1", [
      late.captureId,
    ]),
  ).toBe(0);
});
