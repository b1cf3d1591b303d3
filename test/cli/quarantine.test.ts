import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";
import { catchment, type Ended, preparedEnv } from "./program.ts";

type Site = {
  database: TestDatabase;
  db: Client;
  quarantine: (...words: string[]) => Promise<Ended>;
  drain: () => Promise<unknown>;
  /** Stages these bodies at web-form, an hour ago, and drains. Answers their ids. */
  arrive: (bodies: Record<string, string | number>[]) => Promise<string[]>;
};

/** A database of this test alone: the command works on whatever is there. */
const test = base.extend("site", async (): Promise<Site> => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  const drain = makeDrain({ pool, log: () => {} }).run;
  return {
    database,
    db,
    drain,
    quarantine: (...words) => catchment(["quarantine", ...words], preparedEnv(database)),
    arrive: async (bodies) => {
      const ids = await stageArrivals(
        db,
        bodies.map((attributes) => ({ attributes })),
      );
      await db.query("update app_public.captures set received_at = $2 where id = any ($1)", [ids, LONG_AGO]);
      await drain();
      return ids;
    },
  };
});

const LONG_AGO = new Date(Date.now() - 3_600_000);

test("a thousand are released by one command, with the time they came; a second one does nothing", async ({
  site,
}) => {
  const { db, quarantine, arrive } = site;
  await arrive(Array.from({ length: 1_000 }, () => someone({ colour: "blue" })));
  await arrive([someone({ size: "large" })]);
  expect(await outcomes(db)).toEqual(["1001 contract_violation"]);

  const still = JSON.parse((await quarantine("revalidate", "--json")).stdout);
  expect(still).toMatchObject({ judged: 1001, taken: 0, refused: 1001 });
  const contractId = await publishNext(db, "web-form", COLOUR);
  const now = JSON.parse((await quarantine("revalidate", "--json")).stdout);
  expect(now).toMatchObject({
    taken: 1_000,
    refused: 1,
    reasons: [{ violation: "extra /size", captures: 1 }],
  });
  expect(await outcomes(db)).toEqual(["1001 contract_violation"]);

  const released = await quarantine("release", "--path", "web-form", "--json");
  expect(released.code).toBe(0);
  expect(JSON.parse(released.stdout)).toMatchObject({
    looked: 1001,
    released: 1_000,
    refused: 1,
    pending: 0,
  });
  expect(await outcomes(db)).toEqual(["1 contract_violation", "1000 lead_created"]);
  expect(
    await oneRow(
      db,
      `select count(*)::int as leads, min(first_seen_at) as first, max(first_seen_at) as last,
              min(sla_started_at) as sla_first, max(sla_started_at) as sla_last, count(*) filter (where owner_id is null)::int as unowned
         from app_public.leads`,
    ),
  ).toEqual({
    leads: 1_000,
    first: LONG_AGO,
    last: LONG_AGO,
    sla_first: LONG_AGO,
    sla_last: LONG_AGO,
    unowned: 0,
  });
  expect(
    await allRows(
      db,
      "select received_at, contract_id, count(*)::int from app_public.captures where status = 'processed' group by 1, 2",
    ),
  ).toEqual([{ received_at: LONG_AGO, contract_id: contractId, count: 1_000 }]);
  expect(
    await allValues(
      db,
      "select count(*) || ' ' || coalesce(outcome, 'open') as value from app_public.exceptions group by outcome order by 1",
    ),
  ).toEqual(["1 open", "1000 released"]);

  const before = await everything(db);
  const second = await quarantine("release", "--all", "--json");
  expect(JSON.parse(second.stdout)).toMatchObject({ looked: 1, released: 0, refused: 1 });
  expect(await everything(db)).toEqual(before);
});

test("everything is released only when --all says so", async ({ site }) => {
  await site.arrive([someone({ colour: "blue" })]);
  for (const words of [["release"], ["discard", "--reason", "spam"]]) {
    const { code, stderr } = await site.quarantine(...words);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--all") });
  }
  expect(await outcomes(site.db)).toEqual(["1 contract_violation"]);
});

test("what is wrong is listed and shown, corrected beside what was sent, and released", async ({ site }) => {
  const { db, quarantine, arrive } = site;
  const [id = ""] = await arrive([{ email: "ana(at)example.de", country: "DE", colour: "blue" }]);
  const [listed] = JSON.parse((await quarantine("list", "--json")).stdout);
  expect(listed).toMatchObject({ id, path: "web-form", receivedAt: LONG_AGO.toISOString() });
  expect((await quarantine("list", "--violation", "extra")).stdout).toContain("extra /colour");
  expect((await quarantine("list", "--violation", "missing")).stdout).toBe("0 in quarantine.\n");

  const corrected = await quarantine("correct", id, "--set", "/email=ana@example.de", "--remove", "/colour");
  expect(corrected.code).toBe(0);
  const shown = await quarantine("show", id);
  expect(shown.stdout).toContain('{"email":"ana(at)example.de","country":"DE","colour":"blue"}');
  expect(shown.stdout).toContain('corrected    /email = "ana@example.de"');
  expect(await outcomes(db)).toEqual(["1 contract_violation"]);

  expect((await quarantine("release", id)).stdout).toContain("1 of 1 were released");
  expect(await oneRow(db, "select email, first_seen_at from app_public.leads")).toEqual({
    email: "ana@example.de",
    first_seen_at: LONG_AGO,
  });
  const again = await quarantine("correct", id, "--set", "/email=eva@example.de");
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("not in quarantine") });
  expect(
    await allValues(
      db,
      `select changes - 'released_at' as value from app_private.audit_entries where entity = 'captures' order by id`,
    ),
  ).toEqual([{ corrected: ["/colour", "/email"] }, { status: ["quarantined", "pending"] }]);
});

test("a correction that would change nothing is refused, with the fields that there are", async ({
  site,
}) => {
  const { db, quarantine, arrive } = site;
  const [id = ""] = await arrive([{ email: "ana@example.de", country: "DE", colour: "blue" }]);
  const stands = () => oneValue(db, "select corrections as value from app_public.captures");
  const wrong = await quarantine("correct", id, "--remove", "/color", "--set", "/country=AT");
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain(
    "Nothing of what was sent is at /color. There are /email, /country, /colour.",
  );
  expect(await stands()).toBeNull();
  for (const time of [1, 2]) {
    const right = await quarantine("correct", id, "--remove", "/colour", "--set", "/utm_source=fair");
    expect([time, right.code]).toEqual([time, 0]);
  }
  expect(await stands()).toEqual({ "/colour": null, "/utm_source": "fair" });
  expect((await quarantine("correct", id, "--remove", "/utm_source")).code).toBe(0);
  const other = await quarantine("correct", id, "--document", '{"phone":"1"}', "--remove", "/phone");
  expect(other).toMatchObject({ code: 0, stderr: "" });
}, 60_000);

test("bytes that nobody can read are shown as they are, and take a document in their place", async ({
  site,
}) => {
  const { db, quarantine, drain } = site;
  const [id = ""] = await stageArrivals(db, [{ attributes: someone() }]);
  await db.query("alter table app_public.captures disable trigger _100_keep_raw");
  await db.query("update app_public.captures set body = '\\xff00'");
  await drain();
  expect(await outcomes(db)).toEqual(["1 contract_violation"]);
  expect((await quarantine("show", id)).stdout).toContain("first 512 bytes)\nff00");
  const useless = await quarantine("correct", id, "--set", "/email=eva@example.de");
  expect(useless).toMatchObject({ code: 1, stderr: expect.stringContaining("--document") });
  await quarantine("correct", id, "--document", '{"email":"eva@example.de","country":"DE"}');
  await quarantine("release", id);
  expect(await outcomes(db)).toEqual(["1 lead_created"]);
});

test("one that is no lead is discarded with a reason, and comes back by a release", async ({ site }) => {
  const { db, quarantine } = site;
  const [id = ""] = await site.arrive([someone({ colour: "blue" })]);
  expect(await quarantine("discard", id)).toMatchObject({ code: 2 });
  expect((await quarantine("discard", id, "--reason", "A test of ours")).stdout).toContain(
    "1 were discarded",
  );
  expect(await oneRow(db, "select status, outcome, discard_reason from app_public.captures")).toEqual({
    status: "processed",
    outcome: "discarded",
    discard_reason: "A test of ours",
  });
  expect(await oneRow(db, "select outcome, note from app_public.exceptions")).toEqual({
    outcome: "discarded",
    note: "A test of ours",
  });
  await publishNext(db, "web-form", COLOUR);
  expect((await quarantine("release", "--all")).stdout).toContain("0 of 0");
  expect((await quarantine("release", "--kind", "discarded")).stdout).toContain("1 of 1");
  expect(await outcomes(db)).toEqual(["1 lead_created"]);
});

test("a misspelt word is no empty quarantine: it is named, and nothing is done", async ({ site }) => {
  const { db, quarantine } = site;
  const [id = ""] = await site.arrive([someone({ colour: "blue" })]);
  const before = await everything(db);
  const nobody = "00000000-0000-7000-8000-000000000000";
  for (const [words, said, code] of [
    [["list", "--path", "webform"], 'There is no path "webform". There are ', 1],
    [["list", "--kind", "no_teritory"], 'No capture ended as "no_teritory". Refused ones are ', 1],
    [["list", "--trace", "abc"], "A trace is 32 hexadecimal digits", 2],
    [["revalidate", nobody], `There is no capture ${nobody}.`, 1],
    [["release", id, nobody], `There is no capture ${nobody}.`, 1],
    [["discard", "--path", "webform", "--reason", "x"], 'There is no path "webform"', 1],
  ] as const) {
    const ended = await quarantine(...words);
    expect([words, ended.code, ended.stdout]).toEqual([words, code, ""]);
    expect(ended.stderr).toContain(said);
  }
  expect(await everything(db)).toEqual(before);
  expect((await quarantine("list", "--kind", "suspected_spam")).code).toBe(0);
  await quarantine("discard", id, "--reason", "An exercise of ours");
  const again = await quarantine("discard", id, "--reason", "An exercise of ours");
  expect(again).toMatchObject({
    code: 0,
    stdout: "0 were discarded: nothing of that is in quarantine.\n",
  });
}, 60_000);

test("a version of the contract that is not in force yet can be tried, and can take", async ({ site }) => {
  const { db, quarantine } = site;
  await site.arrive([someone({ colour: "blue" })]);
  const next = await publishNext(db, "web-form", { ...COLOUR, isActive: false });
  expect(await quarantine("revalidate", "--contract", "2")).toMatchObject({ code: 2 });
  const none = await quarantine("revalidate", "--path", "web-form", "--contract", "9");
  expect(none).toMatchObject({ code: 1, stderr: "There is no version 9 of the contract of web-form.\n" });
  const version = await oneValue<number>(
    db,
    "select version as value from app_public.contracts where id = $1",
    [next],
  );
  const words = ["--path", "web-form", "--contract", String(version)];
  expect((await quarantine("revalidate", ...words)).stdout).toContain("1 of 1 would be taken");
  await quarantine("release", ...words);
  expect(await oneRow(db, "select outcome, contract_id from app_public.captures")).toEqual({
    outcome: "lead_created",
    contract_id: next,
  });
});

test("a run that was killed between release and stages is made good by the next one", async ({ site }) => {
  const { db, quarantine } = site;
  const ids = await site.arrive([someone({ colour: "blue" }), someone({ colour: "red" })]);
  await publishNext(db, "web-form", COLOUR);
  await db.query("select app_private.release_captures($1, null, now())", [ids.slice(0, 1)]);
  expect(await outcomes(db)).toEqual(["1 contract_violation", "1 pending"]);
  await quarantine("release", "--all");
  expect(await outcomes(db)).toEqual(["2 lead_created"]);
});

function outcomes(db: Client): Promise<string[]> {
  return allValues(
    db,
    `select count(*) || ' ' || coalesce(outcome, status) as value from app_public.captures
      group by coalesce(outcome, status) order by coalesce(outcome, status)`,
  );
}

/** What a run that does nothing leaves as it was. */
function everything(db: Client): Promise<Record<string, unknown>> {
  return oneRow(
    db,
    `select (select md5(string_agg(c::text, '' order by id)) from app_public.captures c) as captures,
            (select md5(string_agg(l::text, '' order by id)) from app_public.leads l) as leads,
            (select md5(string_agg(e::text, '' order by id)) from app_public.exceptions e) as exceptions,
            (select count(*)::int from app_public.source_events) as touches,
            (select count(*)::int from app_public.decisions) as decisions,
            (select count(*)::int from app_public.notifications) as notifications,
            (select count(*)::int from app_private.audit_entries) as audited`,
  );
}
