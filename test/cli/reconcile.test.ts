import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { fakeVendor } from "../capture/fake_vendor.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows } from "../support/rows.ts";
import { metaLead, stageBodies } from "../support/waiting.ts";
import { catchment, preparedEnv } from "./program.ts";

/** A database of each test alone, where `web-form` speaks like Meta and `desk` like Google Ads. */
// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
const test = base.extend("own", async ({}, { onCleanup }) => {
  const database = await createDatabase();
  onCleanup(() => database.drop());
  await superuser(database, (db) =>
    db.query(
      `update app_public.capture_paths set protocol = case slug when 'web-form' then 'meta' else 'google-ads' end
        where slug in ('web-form', 'desk')`,
    ),
  );
  return database;
});

const TOKEN = { CATCHMENT_SECRET_WEB_FORM_ACCESS_TOKEN: "token" };

test("what Meta lists and never told is captured, once", async ({ own }) => {
  const vendor = await fakeVendor(({ url }) => ({
    body: { data: url.startsWith("/1/") ? [{ id: "7" }, { id: "8" }, { id: "8" }] : [{ id: "9" }] },
  }));
  const env = { ...preparedEnv(own), ...TOKEN, CATCHMENT_VENDOR_URL_WEB_FORM: `${vendor.url}/` };
  await superuser(own, (db) => stageBodies(db, "web-form", [metaLead("7")], ["event:7"]));

  const first = await catchment(["reconcile", "web-form", "--form", "1", "2", "--json"], env);
  expect(first.stderr).toBe("");
  expect(JSON.parse(first.stdout)).toEqual({
    path: "web-form",
    listed: 3,
    known: 1,
    captured: 2,
    missing: [],
    failed: 0,
  });
  expect(first.code).toBe(0);
  expect(vendor.asked.map(({ url }) => url.slice(0, 9))).toEqual(["/1/leads?", "/2/leads?"]);

  const second = await catchment(["reconcile", "web-form", "--form", "1", "2"], env);
  expect(second.stdout).toContain("Nothing was missing.");
  const kept = await superuser(own, (db) =>
    allRows<{ key: string; status: string }>(
      db,
      `select idempotency_key as key, status from app_public.captures
         join app_private.capture_keys on capture_keys.capture_id = captures.id order by 1`,
    ),
  );
  expect(kept).toEqual(["7", "8", "9"].map((id) => ({ key: `event:${id}`, status: "pending" })));
});

test("without --form those of earlier arrivals are asked for, and --since counts", async ({ own }) => {
  const vendor = await fakeVendor({ body: { data: [] } });
  const env = { ...preparedEnv(own), ...TOKEN, CATCHMENT_VENDOR_URL_WEB_FORM: vendor.url };
  const none = await catchment(["reconcile", "web-form"], env);
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("--form") });
  await superuser(own, (db) => stageBodies(db, "web-form", [metaLead("7"), metaLead("8")]));
  const since = await catchment(["reconcile", "web-form", "--since", "2026-08-01T00:00:00Z"], env);
  expect(since.code).toBe(0);
  expect(vendor.asked).toHaveLength(1);
  expect(decodeURIComponent(vendor.asked[0]?.url ?? "")).toContain('"value":1785542400');
});

test("a vendor that refuses is quoted, and its token is not", async ({ own }) => {
  const vendor = await fakeVendor({
    status: 400,
    body: { error: { code: 190, message: "token leaked here" } },
  });
  const env = { ...preparedEnv(own), ...TOKEN, CATCHMENT_VENDOR_URL_WEB_FORM: vendor.url };
  const refused = await catchment(["reconcile", "web-form", "--form", "1"], env);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("the access token has expired");
  expect(refused.stderr).not.toMatch(/leaked|Bearer/);
});

test("Google's leads are compared by a file: whole rows are captured, bare ids are named", async ({
  own,
}) => {
  const env = preparedEnv(own);
  const folder = await temporaryFolder();
  const csv = join(folder, "leads.csv");
  await writeFile(
    csv,
    "Lead ID,Full name,Email\nL1,Ana Silva,ana@mail.example\nL2,,\n,nobody,x@mail.example\n",
  );
  const first = await catchment(["reconcile", "desk", "--file", csv, "--json"], env);
  expect(JSON.parse(first.stdout)).toEqual({
    path: "desk",
    listed: 2,
    known: 0,
    captured: 1,
    missing: ["L2"],
    failed: 0,
  });
  expect(first.code).toBe(1);

  const json = join(folder, "leads.json");
  await writeFile(json, '["L1"]');
  const second = await catchment(["reconcile", "desk", "--file", json], env);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was missing.") });

  await writeFile(csv, "name\nAna\n");
  const foreign = await catchment(["reconcile", "desk", "--file", csv], env);
  expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining("lead_id") });
  await writeFile(json, "{}");
  expect((await catchment(["reconcile", "desk", "--file", json], env)).code).toBe(1);
});

test("where nothing can be listed it says what can be done", async ({ own }) => {
  const env = preparedEnv(own);
  const google = await catchment(["reconcile", "desk"], env);
  expect(google).toMatchObject({ code: 2, stderr: expect.stringContaining("--file leads.csv") });
  const plain = await catchment(["reconcile", "partner-feed"], env);
  expect(plain).toMatchObject({ code: 2, stderr: expect.stringContaining("list nothing") });
  const file = await catchment(["reconcile", "web-form", "--file", "x.csv"], env);
  expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining("google-ads") });
});

function superuser<Result>(
  { urls }: TestDatabase,
  work: Parameters<typeof withConnection<Result>>[1],
): Promise<Result> {
  return withConnection(urls.superuser, work);
}
