import { expect, onTestFinished } from "vitest";
import { makeFetching } from "../../src/capture/fetching.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeFetchLeads } from "../../src/tasks/fetch_leads.ts";
import { type FakeVendor, fakeVendor, type Told } from "../capture/fake_vendor.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { metaLead, speak, stageBodies, waitForVendor } from "../support/waiting.ts";

const found: Told = { body: { id: "7", field_data: [{ name: "email", values: ["ana@mail.example"] }] } };

test("what the vendor tells is kept, and its neighbour's failure is its own", async ({ db }) => {
  await waitForVendor(db, [metaLead("7"), metaLead("8")]);
  const vendor = await fakeVendor(({ url }) => (url.startsWith("/7?") ? found : { status: 500 }));
  await runJobs(db, { fetch_leads: fetchLeads(vendor) });
  const rows = await allRows(
    db,
    "select status, fetched ->> 'id' as fetched, fetch_due_at > now() as waits, error from app_public.captures order by id",
  );
  expect(rows).toEqual([
    { status: "pending", fetched: "7", waits: null, error: null },
    { status: "pending", fetched: null, waits: true, error: "the vendor answered with status 500" },
  ]);
});

test("a vendor that says when to come is spared the rest until then", async ({ db }) => {
  await waitForVendor(
    db,
    Array.from({ length: 50 }, (_, n) => metaLead(String(n))),
  );
  const vendor = await fakeVendor({ status: 429, headers: { "retry-after": "300" } });
  const task = fetchLeads(vendor);
  await runJobs(db, { fetch_leads: task });
  // Four at a time had asked before the first one knew.
  expect(vendor.asked.length).toBeLessThanOrEqual(4);
  const asked = vendor.asked.length;
  const rows = await allRows(
    db,
    `select fetch_attempts as attempts, count(*)::int from app_public.captures
      where fetch_due_at between now() + interval '290 seconds' and now() + interval '310 seconds' group by 1 order by 1`,
  );
  expect(rows).toEqual([
    { attempts: 0, count: 50 - asked },
    { attempts: 1, count: asked },
  ]);
});

test("a vendor that hangs is asked again later", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  const fetching = makeFetching({ ...waysTo(await fakeVendor("hangs")), timeoutMs: 100 });
  await runJobs(db, { fetch_leads: makeFetchLeads(fetching) });
  expect(await oneRow(db, "select error, fetch_due_at > now() as waits from app_public.captures")).toEqual({
    error: "the vendor did not answer in time",
    waits: true,
  });
});

test("what is stopped records nothing, and comes back by itself", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")]);
  const vendor = await fakeVendor("hangs");
  const fetching = makeFetching({ ...waysTo(vendor), timeoutMs: 60_000 });
  const running = runJobs(db, { fetch_leads: makeFetchLeads(fetching) });
  while (vendor.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  fetching.stop();
  await running;
  const row = await oneRow(
    db,
    "select fetched, error, fetch_due_at > now() as waits from app_public.captures",
  );
  expect(row).toEqual({ fetched: null, error: null, waits: true });
});

test("a protocol that asks nobody is quarantined with its reason", async ({ db }) => {
  await waitForVendor(db, [metaLead("7")], { protocol: "json" });
  await runJobs(db, { fetch_leads: fetchLeads(await fakeVendor({})) });
  expect(await oneRow(db, "select outcome, error from app_public.captures")).toEqual({
    outcome: "fetch_failed",
    error: "nobody can be asked about such an arrival",
  });
});

test("a run with nothing due asks nobody", async ({ db }) => {
  const vendor = await fakeVendor(found);
  await waitForVendor(db, [metaLead("7")]);
  await db.query("update app_public.captures set fetch_due_at = now() + interval '1 hour'");
  await runJobs(db, { fetch_leads: fetchLeads(vendor) });
  expect(vendor.asked).toEqual([]);
});

test("a thin arrival becomes a lead: settled, fetched, judged by its contract", async () => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  await speak(db, "desk", "meta");
  await db.query(
    `with next as (
       insert into app_public.contracts (path_id, territory_id, version, definition, published_at)
       select path_id, contracts.territory_id, version + 1,
              jsonb_set(definition, '{schema}', '{"type": "object"}')
                || '{"mapping": {"email": "email", "external_id": "external_id", "country": "country"}, "constants": {"country": "DE"}}', now()
         from app_public.contracts join app_public.capture_paths on active_contract_id = contracts.id where slug = 'desk'
       returning id, path_id)
     update app_public.capture_paths set active_contract_id = next.id from next where next.path_id = capture_paths.id`,
  );
  await stageBodies(db, "desk", [metaLead("7")]);
  const drain = makeDrain({ pool, log: () => {} });
  expect(await drain.run()).toBe(1);
  expect(await drain.run()).toBe(0);

  const worker = await connect(database.urls.worker);
  await worker.query("begin");
  await runJobs(worker, { fetch_leads: fetchLeads(await fakeVendor(found)) });
  await worker.query("commit");
  expect(await drain.run()).toBe(1);
  const row = await oneRow(
    db,
    "select captures.status, captures.outcome, leads.email from app_public.captures join app_public.leads on leads.id = lead_id",
  );
  expect(row).toEqual({ status: "processed", outcome: "lead_created", email: "ana@mail.example" });
});

function waysTo({ url }: FakeVendor) {
  return {
    pathSecret: (slug: string) => (slug.endsWith("-access-token") ? "token" : undefined),
    vendorUrl: () => url,
    log: () => {},
  };
}

function fetchLeads(vendor: FakeVendor) {
  return makeFetchLeads(makeFetching(waysTo(vendor)));
}
