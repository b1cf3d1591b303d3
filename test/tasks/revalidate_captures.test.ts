import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makeRevalidate } from "../../src/pipeline/revalidate.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeRevalidateCaptures } from "../../src/tasks/revalidate_captures.ts";
import { type Arrival, someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

type Site = {
  db: Client;
  /** Another connection, for what goes on beside it. */
  other: Client;
  /** Stages these and drains; answers their ids. */
  arrive: (arrivals: Arrival[]) => Promise<string[]>;
  /** Asks, as a mutation would, and does the worker's jobs. */
  revalidate: (ids: string[], version?: number) => Promise<void>;
};

/** A database of this test alone: the task works on whatever is there. */
const test = base.extend("site", async (): Promise<Site> => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const [db, other] = [await connect(database.urls.superuser), await connect(database.urls.worker)];
  return {
    db,
    other,
    arrive: async (arrivals) => {
      const ids = await stageArrivals(db, arrivals);
      await makeDrain({ pool, log: () => {} }).run();
      return ids;
    },
    revalidate: async (ids, version) => {
      await db.query("select app_private.revalidate_captures($1, $2)", [ids, version ?? null]);
      await db.query("begin"); // of the jobs; the task has connections of its own
      await runJobs(db, { revalidate_captures: makeRevalidateCaptures(makeRevalidate(pool)) });
      await db.query("commit");
    },
  };
});

test("more than a batch is judged by one job: what would be taken, what not and why; nothing else changes", async ({
  site,
}) => {
  const { db, arrive, revalidate } = site;
  const blue = await arrive(Array.from({ length: 210 }, () => ({ attributes: someone({ colour: "blue" }) })));
  const [large = ""] = await arrive([{ attributes: someone({ size: "large" }) }]);
  await publishNext(db, "web-form", { ...COLOUR, isActive: false });
  const before = await unchanging(db);
  await revalidate([...blue, large], 2);
  expect(await verdicts(db)).toEqual([
    { accepted: true, version: 2, violations: [], captures: 210 },
    { accepted: false, version: 2, violations: ["extra /size"], captures: 1 },
  ]);
  expect(await unchanging(db)).toEqual(before);
  expect((await jobs(db)).filter(({ task }) => task === "revalidate_captures")).toEqual([]);
});

test("a contract that cannot be read refuses what it was to judge, and holds up no other", async ({
  site,
}) => {
  const { db, arrive, revalidate } = site;
  const [one = "", other = ""] = await arrive([
    { attributes: someone({ colour: "blue" }) },
    { attributes: someone({ colour: "red" }) },
  ]);
  await publishNext(db, "web-form", { at: "{mapping}", value: "none", isActive: false });
  await db.query("select app_private.revalidate_captures($1, 2)", [[one]]);
  await revalidate([other]);
  expect(await verdicts(db)).toEqual([
    { accepted: false, version: 1, violations: ["extra /colour"], captures: 1 },
    { accepted: false, version: 2, violations: ["failed "], captures: 1 },
  ]);
});

test("what a person corrected counts, and what they named is no longer suspicious", async ({ site }) => {
  const { db, arrive, revalidate } = site;
  const ids = await arrive([
    { attributes: someone({ colour: "blue" }) },
    { attributes: someone({ fax_number: "12", form_seconds: 1 }) },
  ]);
  expect(await allValues(db, "select outcome as value from app_public.captures order by outcome")).toEqual([
    "contract_violation",
    "suspected_spam",
  ]);
  await db.query(
    `select app_private.correct_capture(id, '{"/colour": null}') from app_public.captures where outcome = 'contract_violation'`,
  );
  await revalidate(ids);
  expect(await verdicts(db)).toEqual([{ accepted: true, version: 1, violations: [], captures: 2 }]);
});

test("what no territory would take is not accepted: released, it would come back", async ({ site }) => {
  const { db, arrive, revalidate } = site;
  const ids = await arrive([{ attributes: someone({ country: "JP" }) }]);
  await revalidate(ids);
  expect(await verdicts(db)).toEqual([
    { accepted: false, version: 1, violations: ["no_territory "], captures: 1 },
  ]);
  await db.query(`select app_private.correct_capture($1, '{"/country": "DE"}')`, [ids[0]]);
  await revalidate(ids);
  expect(await verdicts(db)).toEqual([{ accepted: true, version: 1, violations: [], captures: 1 }]);
});

test("what another worker holds is left to it, and found when it failed", async ({ site }) => {
  const { db, other, arrive, revalidate } = site;
  const ids = await arrive([
    { attributes: someone({ colour: "blue" }) },
    { attributes: someone({ colour: "red" }) },
  ]);
  await db.query("select app_private.revalidate_captures($1, null)", [ids]);
  await other.query("begin");
  await other.query("select from app_private.claim_revalidations(1)");
  await db.query("select app_private.wake('revalidate_captures')");
  await revalidate([]);
  expect(await verdicts(db)).toMatchObject([{ captures: 1 }]);
  await other.query("rollback");
  await db.query("select app_private.wake('revalidate_captures')");
  await revalidate([]);
  expect(await verdicts(db)).toMatchObject([{ captures: 2 }]);
});

function verdicts(db: Client): Promise<Record<string, unknown>[]> {
  return allRows(
    db,
    `select (revalidation -> 'accepted')::boolean as accepted, (revalidation -> 'contractVersion')::int as version,
            array(select concat(one ->> 'kind', ' ', one ->> 'path') from jsonb_array_elements(revalidation -> 'violations') as one) as violations,
            count(*)::int as captures
       from app_public.captures where revalidation is not null and revalidate_with is null group by 1, 2, 3 order by 4 desc, 2`,
  );
}

/** All that the stages know but the verdicts. */
function unchanging(db: Client): Promise<Record<string, unknown>> {
  return oneRow(
    db,
    `select (select md5(string_agg((to_jsonb(c) - 'revalidation')::text, '' order by id)) from app_public.captures c) as captures,
            (select md5(string_agg(e::text, '' order by id)) from app_public.exceptions e) as exceptions,
            (select count(*)::int from app_public.leads) as leads,
            (select count(*)::int from app_private.audit_entries) as audited`,
  );
}
