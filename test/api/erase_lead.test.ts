import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { readLedger } from "../../src/erasure/ledger_file.ts";
import { makeRecordErasures } from "../../src/erasure/record.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { someone } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { test as base, type TestDatabase } from "../support/database.ts";
import { oneValue } from "../support/rows.ts";
import { type Served, serve } from "./serve.ts";

type Site = { api: Served; ledger: string; breakLedger: (isBroken: boolean) => void };

/** The API with a ledger of its own, which may be made to fail as a full disk would. */
const test = base.extend("site", { scope: "file" }, async ({ database }, { onCleanup }): Promise<Site> => {
  const folder = await mkdtemp(join(tmpdir(), "catchment-ledger-"));
  const ledger = join(folder, "erasures.ndjson");
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test" });
  let isBroken = false;
  const api = await serve(database, {
    recordErasures: () => makeRecordErasures(pool, isBroken ? join(folder, "..", "\0") : ledger)(),
  });
  onCleanup(async () => {
    await api.close();
    await pool.end();
    await rm(folder, { recursive: true });
  });
  return { api, ledger, breakLedger: (is) => (isBroken = is) };
});

const ERASE = `mutation ($leadId: UUID!) {
  eraseLead(input: { leadId: $leadId }) { receipt { erasureId leadIds captures erasedAt } }
}`;
type Erased = { eraseLead: { receipt: { erasureId: string; leadIds: string[]; captures: number } } };

test("an admin erases a person; when it is answered it stands in the ledger, without anything personal", async ({
  site,
  database,
}) => {
  const attributes = someone({ last_name: "Geheimrat" });
  const { leadId } = await arrive(database, { attributes });
  const { data } = await site.api.ask<Erased>("ada", ERASE, { leadId });
  expect(data.eraseLead.receipt).toMatchObject({ leadIds: [leadId], captures: 1 });
  expect(await entriesOf(site, leadId)).toMatchObject([
    { id: data.eraseLead.receipt.erasureId, leadIds: [leadId], cause: "request" },
  ]);
  const text = await readFile(site.ledger, "utf8");
  for (const value of Object.values(attributes)) expect(text).not.toContain(`"${value}"`);
  expect(await unrecorded(database)).toBe(0);
});

test("asked again it answers what was, and writes nothing", async ({ site, database }) => {
  const { leadId } = await arrive(database, { attributes: someone() });
  const first = await site.api.ask<Erased>("ada", ERASE, { leadId });
  const second = await site.api.ask<Erased>("ada", ERASE, { leadId });
  expect(second.data).toEqual(first.data);
  expect(await entriesOf(site, leadId)).toHaveLength(1);
});

test("while the ledger cannot be written it is not answered as done; asked again, it is", async ({
  site,
  database,
}) => {
  const { leadId } = await arrive(database, { attributes: someone() });
  site.breakLedger(true);
  const failed = await site.api.ask<Erased | null>("ada", ERASE, { leadId });
  expect([failed.code, failed.data?.eraseLead ?? null]).toEqual(["UNAVAILABLE", null]);
  expect(await unrecorded(database)).toBe(1);
  site.breakLedger(false);
  const { data } = await site.api.ask<Erased>("ada", ERASE, { leadId });
  expect(await entriesOf(site, leadId)).toMatchObject([{ id: data.eraseLead.receipt.erasureId }]);
});

test("nobody else may, and a hidden lead is answered like an absent one", async ({ site, database }) => {
  const { leadId } = await arrive(database, { attributes: someone() });
  for (const who of ["dora", "mona", "olga", "vera"]) {
    expect([who, (await site.api.ask(who, ERASE, { leadId })).code]).toEqual([who, "FORBIDDEN"]);
  }
  const hidden = await site.api.ask("gus", ERASE, { leadId });
  const absent = await site.api.ask("gus", ERASE, { leadId: randomUUID() });
  expect([hidden.code, hidden.text]).toEqual(["NOT_FOUND", absent.text]);
  expect(await unrecorded(database)).toBe(0);
});

test("nobody works on a forgotten lead any more", async ({ site, database }) => {
  const { leadId } = await arrive(database, { attributes: someone() });
  await site.api.ask("ada", ERASE, { leadId });
  const note = `mutation ($leadId: UUID!) { logActivity(input: { leadId: $leadId, kind: "note", note: "Ana again" }) { clientMutationId } }`;
  expect((await site.api.ask("ada", note, { leadId })).code).toBe("CONFLICT");
});

async function entriesOf({ ledger }: Site, leadId: string | null) {
  const { entries } = await readLedger(ledger);
  return entries.filter(({ leadIds }) => leadId !== null && leadIds.includes(leadId));
}

const unrecorded = (database: TestDatabase) =>
  withConnection(database.urls.superuser, (db) =>
    oneValue<number>(db, "select count(*)::int as value from app_private.erasures where recorded_at is null"),
  );
