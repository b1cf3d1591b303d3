import { randomUUID } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { copyOf } from "../erasure/copy_of.ts";
import { placesOf } from "../journey/places_of.ts";
import { acceptedOf, processAccepted, someone, stageArrivals } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { test as base, createDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allValues, oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
const test = base.extend("site", async ({}, { onCleanup }) => {
  const database = await createDatabase();
  onCleanup(() => database.drop());
  const ledger = join(await temporaryFolder(), "erasures.ndjson");
  return { database, ledger, env: { ...preparedEnv(database), CATCHMENT_ERASURE_LEDGER: ledger } };
});

const CANARY = { email: "canary@geheim.example", last_name: "Canary", country: "DE" };

test("a slip of the pen is no erasure: an unknown lead, no id, two wishes at once", async ({ site }) => {
  const unknown = await catchment(["erase", randomUUID()], site.env);
  expect([unknown.code, unknown.stderr]).toEqual([1, "There is no such lead.\n"]);
  expect((await catchment(["erase", "anna"], site.env)).code).toBe(2);
  expect((await catchment(["erase"], site.env)).code).toBe(2);
  expect((await catchment(["erase", randomUUID(), "--reapply"], site.env)).code).toBe(2);
  await expect(readFile(site.ledger)).rejects.toThrow("ENOENT");
});

test("an arrival that never became a lead can be erased by itself; one of a lead cannot", async ({
  site,
}) => {
  const { database, env } = site;
  const { captureId, leadId } = await arrive(database, { attributes: someone() });
  const [refused = ""] = await withConnection(database.urls.worker, async (db) => {
    const ids = await stageArrivals(db, [{ attributes: { first_name: "Canary" } }]);
    await db.query("select app_private.quarantine_captures($1, now())", [
      JSON.stringify([
        { id: ids[0], violations: [{ kind: "missing", path: "/email", message: "is missing" }] },
      ]),
    ]);
    return ids;
  });
  const [waiting = ""] = await withConnection(database.urls.worker, (db) =>
    stageArrivals(db, [{ attributes: { first_name: "Canary" } }]),
  );
  const unknown = randomUUID();
  const ofLead = await catchment(["erase", "--captures", captureId, unknown], env);
  expect([ofLead.code, ofLead.stdout, ofLead.stderr]).toEqual([
    1,
    "",
    `Not erased: ${captureId} goes with its person: erase the lead ${leadId}.\nNot erased: ${unknown} is no arrival.\n`,
  ]);
  expect(await places(database)).toHaveLength(2);
  const some = await catchment(["erase", "--captures", refused, waiting], env);
  expect([some.code, some.stdout, some.stderr]).toEqual([
    1,
    `Erased: leads 0, arrivals 1. It stands in ${site.ledger}.\n`,
    `Not erased: ${waiting} is not judged yet: come again when it is.\n`,
  ]);
  expect(await places(database)).toHaveLength(1);
  expect(await catchment(["erase", "--captures", refused], env)).toMatchObject({
    code: 0,
    stdout: "Nothing was left to erase.\n",
  });
});

test("a restore from before brings nobody back: the ledger is applied, twice is once", async ({ site }) => {
  const { database, env } = site;
  const other = await arrive(database, { attributes: someone() });
  const { leadId } = await arrive(database, { attributes: CANARY });
  const restored = await copyOf(database);
  await catchment(["erase", leadId ?? ""], env);
  expect(await places(restored)).not.toEqual([]);

  const reapply = () =>
    catchment(["erase", "--reapply", "--json"], { ...env, ...preparedEnv({ urls: restored.urls }) });
  expect(JSON.parse((await reapply()).stdout)).toEqual({ entries: 1, reapplied: 1, unreadable: 0 });
  expect(await places(restored)).toEqual([]);
  const erased = await withConnection(restored.urls.superuser, (db) =>
    allValues(db, "select id as value from app_public.leads where erased_at is not null"),
  );
  expect(erased).toEqual([leadId]);
  expect(erased).not.toContain(other.leadId);
  expect(JSON.parse((await reapply()).stdout)).toMatchObject({ reapplied: 0 });
});

test("an arrival that the backup holds on its way is the person too, whether it was resolved since or not", async ({
  site,
}) => {
  const { database, env } = site;
  const arrivals = [{ attributes: CANARY }, { attributes: { ...CANARY, last_name: "Canary again" } }];
  const ids = await withConnection(database.urls.worker, (db) => stageArrivals(db, arrivals));
  const restored = await copyOf(database);
  const accepted = acceptedOf(arrivals, ids);
  await withConnection(database.urls.worker, (db) => processAccepted(db, accepted));
  const lead = await withConnection(database.urls.superuser, (db) =>
    oneValue<string>(db, "select id as value from app_public.leads where email = $1", [CANARY.email]),
  );
  expect((await catchment(["erase", lead], env)).code).toBe(0);

  await withConnection(restored.urls.worker, (db) => processAccepted(db, accepted.slice(0, 1)));
  const ended = await catchment(["erase", "--reapply"], { ...env, ...preparedEnv({ urls: restored.urls }) });
  expect(ended.code).toBe(0);
  expect(await places(restored)).toEqual([]);
  expect(
    await withConnection(restored.urls.superuser, (db) =>
      allValues(db, "select distinct status as value from app_public.captures where id = any ($1)", [ids]),
    ),
  ).toEqual(["processed"]);
});

test("ledgers of several hosts are applied together; a line that is none is told, and the rest is done", async ({
  site,
}) => {
  const { database, env, ledger } = site;
  const { leadId } = await arrive(database, { attributes: CANARY });
  const restored = await copyOf(database);
  await catchment(["erase", leadId ?? ""], env);
  await appendFile(ledger, "{ torn\n");
  const other = join(await temporaryFolder(), "other.ndjson");
  await writeFile(other, "");
  const words = ["erase", "--reapply", "--ledger", other, ledger];
  const ended = await catchment(words, { ...env, ...preparedEnv({ urls: restored.urls }) });
  expect([ended.code, ended.stderr]).toEqual([1, `${ledger}: no entry in line 2\n`]);
  expect(await places(restored)).toEqual([]);
  const missing = await catchment(["erase", "--reapply", "--ledger", `${other}.gone`], env);
  expect(missing.code).toBe(1);
});

const places = ({ urls }: { urls: { superuser: string } }) =>
  withConnection(urls.superuser, (db) => placesOf(db, "canary"));
