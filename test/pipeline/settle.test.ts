import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { asWorker } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase } from "../support/database.ts";
import { allRows, allValues } from "../support/rows.ts";

type Pipeline = { drainAll: () => Promise<number>; db: Client };

/** A database of this test alone, since a drain takes whatever is pending and commits it. */
const test = base.extend("pipeline", async (): Promise<Pipeline> => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const drain = makeDrain({ pool, log: () => {} });
  return { drainAll: () => drain.run(), db: await connect(database.urls.superuser) };
});

test("what a CRM tells of a contact finds the lead by its id there; a deletion is a request", async ({
  pipeline: { drainAll, db },
}) => {
  const change = { objectId: 7001, occurredAt: 1_763_712_044_741, portalId: 1, subscriptionId: 1 };
  await stage(db, "hubspot", { ...change, subscriptionType: "contact.creation" });
  await db.query(
    `update app_public.captures set fetched = '{"id": "7001", "properties": {"email": "ada@mail.example", "country": "DE"}}'`,
  );
  await drainAll();
  expect(await outcomes(db)).toEqual(["lead_created"]);

  const stageChanged = { ...change, propertyName: "lifecyclestage", propertyValue: "customer" };
  await stage(db, "hubspot", { ...stageChanged, subscriptionType: "contact.propertyChange" });
  await stage(db, "hubspot", { ...change, subscriptionType: "contact.privacyDeletion" });
  await stage(db, "hubspot", { ...change, objectId: 7002, subscriptionType: "contact.privacyDeletion" });
  await stage(db, "hubspot", { ...stageChanged, objectId: 7002, subscriptionType: "contact.propertyChange" });
  await drainAll();
  expect(await outcomes(db)).toEqual([
    "lead_created",
    "activity_logged",
    "erasure_started",
    "nothing_held",
    "activity_without_lead",
  ]);
  expect(await allRows(db, "select kind, is_response from app_public.activities")).not.toEqual([]);
});

const creation = { objectId: 555, occurredAt: 1, portalId: 1, subscriptionType: "contact.creation" };
const qualified = {
  ...creation,
  subscriptionType: "contact.propertyChange",
  propertyName: "lifecyclestage",
  propertyValue: "opportunity",
};

test("what is told of a contact before its vendor tells who that is, waits, and is logged then", async ({
  pipeline: { drainAll, db },
}) => {
  await stage(db, "hubspot", qualified);
  await stage(db, "hubspot", { ...qualified, objectId: 444 });
  await stage(db, "hubspot", creation);
  await drainAll();
  expect(await outcomes(db)).toEqual([null, "activity_without_lead", null]);
  await resume(db, 2);
  await drainAll(); // the vendor has not answered: it waits on
  expect(await outcomes(db)).toEqual([null, "activity_without_lead", null]);

  const properties = { email: "ada@mail.example", country: "DE" };
  await answer(db, { outcome: "fetched", answer: { id: "555", properties } });
  await resume(db, 10);
  await drainAll();
  expect(await outcomes(db)).toEqual(["activity_logged", "activity_without_lead", "lead_created"]);
  expect(await allValues(db, "select status as value from app_public.leads")).toEqual(["qualified"]);
  expect(
    await allValues(db, "select error as value from app_public.captures where error is not null"),
  ).toEqual([]);
});

test("when the vendor never tells, people hear of both", async ({ pipeline: { drainAll, db } }) => {
  await stage(db, "hubspot", creation);
  await stage(db, "hubspot", qualified);
  await drainAll();
  expect(await outcomes(db)).toEqual([null, null]);
  await answer(db, { outcome: "never", reason: "the contact is gone" });
  await resume(db, 2);
  await drainAll();
  expect(await outcomes(db)).toEqual(["fetch_failed", "activity_without_lead"]);
  expect(await allValues(db, "select kind as value from app_public.exceptions order by kind")).toEqual([
    "activity_without_lead",
    "fetch_failed",
  ]);
});

test("a lead that its vendor calls a test is a test, whether its contract takes it or not", async ({
  pipeline: { drainAll, db },
}) => {
  const columns = [{ column_id: "EMAIL", string_value: "test@mail.example" }];
  await stage(db, "google-ads", { lead_id: "a", is_test: true, user_column_data: columns });
  await stage(db, "google-ads", { lead_id: "b", is_test: true, user_column_data: [] });
  await stage(db, "google-ads", { lead_id: "c", user_column_data: columns });
  await drainAll();
  expect(await allRows(db, "select outcome, is_test from app_public.captures order by id")).toEqual([
    { outcome: "lead_created", is_test: true },
    { outcome: "contract_violation", is_test: true },
    { outcome: "lead_created", is_test: false },
  ]);
  expect(await allValues(db, "select text as value from app_public.notifications")).toEqual([
    "A new lead is yours.",
  ]);
});

async function stage(db: Client, path: string, body: object): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select from app_private.stage_captures(
         array[(select id from app_public.capture_paths where slug = $1)], array[null], array[convert_to($2, 'UTF8')],
         array['application/json'], array[md5($2)], array[false])`,
      [path, JSON.stringify(body)],
    ),
  );
}

function outcomes(db: Client): Promise<string[]> {
  return allValues(db, "select outcome as value from app_public.captures order by id");
}

/** What the vendor told of the one arrival that waits for it. */
async function answer(db: Client, told: object): Promise<void> {
  await asWorker(db, () =>
    db.query(
      "select app_private.record_fetch(id, $1, now()) from app_public.captures where fetch_due_at is not null and kind = 'lead'",
      [JSON.stringify(told)],
    ),
  );
}

/** So many minutes pass for what waits with it. */
async function resume(db: Client, minutes: number): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.resume_reports(now() + make_interval(mins => $1))", [minutes]),
  );
}
