import { createHmac } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { expect } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { openServer, send } from "../capture/open_server.ts";
import { catchment, preparedEnv } from "../cli/program.ts";
import { actorId } from "../support/acme.ts";
import { connect } from "../support/connections.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { placesOf } from "./places_of.ts";

const EMAIL = "canary.person@geheim.example";
const OTHER = { first_name: "Bodo", email: "bodo@example.de", country: "DE", utm_source: "newsletter" };
/** Every field of a form holds the canary, but those that say by what road people come. */
const FORM = {
  first_name: "Canary-First",
  last_name: "Canary-Last",
  email: EMAIL,
  phone: "+49 30 901820",
  company: "Canary GmbH",
  country: "DE",
  postal_code: "canary1",
  message: "Please call the canary",
  utm_campaign: "spring",
  utm_medium: "cpc",
  utm_content: "canary-banner",
  utm_term: "canary words",
  landing_page: "https://www.acme.example/canary?gclid=canary&name=canary",
  referrer: "https://www.google.com/search?q=canary",
  click_id: "canary-click",
  consent_marketing: "on",
  consent_version: "2026-01",
  form_seconds: 20,
};

test("a person who came through every door is nowhere after the erasure, in no table of any schema", async ({
  database,
}) => {
  const { db, env, ledger } = await site(database);
  const others = await comeAndWork(database, db);
  const [lead = ""] = await leadsOf(db);
  expect((await placesOf(db, "canary")).length).toBeGreaterThan(10);
  const before = await numbers(db);
  const otherBefore = await allRows(db, "select * from app_public.leads where id = $1", [others]);
  const auditBefore = await auditText(db);

  const ended = await catchment(["erase", lead, "--json"], env);
  expect([ended.stderr, ended.code]).toEqual(["", 0]);
  expect(JSON.parse(ended.stdout)).toMatchObject({ leads: 2, ledger });

  expect(await placesOf(db, "canary")).toEqual([]);
  expect((await auditText(db)).startsWith(auditBefore)).toBe(true);
  expect(await readFile(ledger, "utf8")).not.toMatch(/canary/i);
  expect(await numbers(db)).toEqual(before);
  expect(await allRows(db, "select * from app_public.leads where id = $1", [others])).toEqual(otherBefore);
});

test("whoever comes again is a new lead; what a vendor or a file sends again is not", async ({
  database,
}) => {
  const { db, env } = await site(database);
  await comeAndWork(database, db);
  const known = await leadsOf(db);
  await catchment(["erase", known[0] ?? ""], env);
  const file = await csvOf();
  const imported = await catchment(["import", "csv", file, "--json"], env);
  expect(JSON.parse(imported.stdout)).toMatchObject({ rows: 1, newCaptures: 0 });
  const server = await openDoors(database);
  const retried = await sendSigned(server);
  expect([retried.status, retried.answer.status]).toEqual([200, "known"]);
  await drain(database);
  expect(await placesOf(db, "canary")).toEqual([]);

  await send(server, JSON.stringify({ ...FORM, message: "Here I am again" }));
  await drain(database);
  const [again] = await leadsOf(db);
  expect(known).not.toContain(again);
});

async function site(database: TestDatabase) {
  const db = await connect(database.urls.superuser);
  const ledger = join(await temporaryFolder(), "erasures.ndjson");
  return { db, ledger, env: { ...preparedEnv(database), CATCHMENT_ERASURE_LEDGER: ledger } };
}

/** The person comes by form, plain form, signed vendor and file, is refused, corrected, edited, merged. Answers another lead. */
async function comeAndWork(database: TestDatabase, db: Client): Promise<string> {
  const server = await openDoors(database);
  await send(server, JSON.stringify(FORM));
  await send(server, new URLSearchParams({ ...FORM, form_seconds: "20" }).toString(), {
    headers: { "content-type": "application/x-www-form-urlencoded", "idempotency-key": "canary-key" },
  });
  await sendSigned(server);
  await send(
    server,
    JSON.stringify({
      email: "canary.second@geheim.example",
      first_name: "Odette",
      last_name: "Canarywood",
      country: "DE",
    }),
  );
  await send(server, JSON.stringify({ email: EMAIL, country: "DE", canary: "a field that nobody knows" }));
  const corrected = await send(server, JSON.stringify({ email: EMAIL, country: 7, message: "canary" }));
  await send(server, JSON.stringify(OTHER));
  await drain(database);
  const imported = await catchment(["import", "csv", await csvOf()], preparedEnv(database));
  expect(imported.code).toBe(0);
  const [lead, second] = await leadsOf(db);
  await as(db, "ada", async () => {
    await db.query("select app_public.correct_capture($1, $2)", [
      corrected.answer.captureId,
      JSON.stringify({ "/country": "DE", "/message": "canary, put right" }),
    ]);
    await db.query("select app_public.release_captures(array[$1::uuid])", [corrected.answer.captureId]);
    await db.query("select app_public.log_activity($1, 'call', 'The canary sang')", [lead]);
    await db.query(`select app_public.edit_lead($1, '{"first_name": "Canary-Edited"}')`, [lead]);
    await db.query("select app_public.record_consent($1, 'marketing', 'withdrawn', '1', 'canary')", [lead]);
    await db.query("select app_public.merge_leads($1, $2)", [lead, second]);
    await db.query(
      "select app_public.comment_exception(id, 'canary was angry') from app_public.exceptions where resolved_at is null limit 1",
    );
  });
  // As people could before a case stayed open for as long as its arrival is refused.
  await db.query(
    `update app_public.exceptions set resolved_at = now(), outcome = 'canary called', note = 'canary was angry'
      where capture_id in (select id from app_public.captures where status = 'quarantined')`,
  );
  await drain(database);
  return oneValue(db, "select id as value from app_public.leads where email = 'bodo@example.de'");
}

const openDoors = (database: TestDatabase) => openServer(database, { pathSecret: () => "hush" });

async function sendSigned(server: { url: string }) {
  const body = JSON.stringify({
    id: "canary-7",
    ...FORM,
    form_seconds: undefined,
    consent_marketing: undefined,
    consent_version: undefined,
  });
  const signature = createHmac("sha256", "hush").update(body).digest("hex");
  const headers = { "x-catchment-signature": `sha256=${signature}`, "idempotency-key": "canary-event-7" };
  return send(server, body, { path: "partner-feed", headers });
}

async function csvOf(): Promise<string> {
  const file = join(await temporaryFolder(), "fair.csv");
  await writeFile(file, `E-Mail,Vorname,Nachname,Notiz\n${EMAIL},Canary,Canary,canary at the fair\n`);
  return file;
}

async function drain(database: TestDatabase): Promise<void> {
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  await makeDrain({ pool, log: () => {} }).run();
  await pool.end();
}

async function as(db: Client, slug: string, work: () => Promise<void>): Promise<void> {
  const id = await actorId(db, slug);
  await db.query("begin");
  await db.query("set local session authorization catchment_api");
  await db.query("set local role catchment_user");
  await db.query("select set_config('catchment.actor', $1, true)", [String(id)]);
  await work();
  await db.query("commit");
}

const leadsOf = (db: Client) =>
  allValues<string>(
    db,
    "select id as value from app_public.leads where email like 'canary%' and merged_into_id is null order by id",
  );

/** What reports count: touches and credits by channel, leads, arrivals. */
async function numbers(db: Client): Promise<unknown> {
  return {
    touches: await allRows(
      db,
      `select channel, derived_channel, source, campaign, medium, count(*)::int, min(occurred_at) as first_at
         from app_public.attribution_touches group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
    ),
    credits: await allRows(
      db,
      "select model, derived_channel, sum(credit) as credit from app_public.attribution_credits group by 1, 2 order by 1, 2",
    ),
    leads: await oneValue(db, "select count(*)::int as value from app_public.leads"),
    captures: await allRows(
      db,
      "select path_id, kind, count(*)::int from app_public.captures group by 1, 2 order by 1, 2",
    ),
  };
}

const auditText = (db: Client) =>
  oneValue<string>(
    db,
    "select string_agg(entries::text, E'\\n' order by id) as value from app_private.audit_entries as entries",
  );
