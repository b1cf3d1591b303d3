import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { attributesOf, inventArrivals } from "../../src/bench/people/lead_stream.ts";
import { readModel, saveModel } from "../../src/identity/models.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { territoryId } from "../support/acme.ts";
import { receive, someone } from "../support/arrivals.ts";
import { createDatabase, type TestDatabase, test } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { catchment, linesOf, PROGRAM, plainEnvironment, preparedEnv } from "./program.ts";

const ARRIVALS = 300;
const OWN_MODELS =
  "select count(*)::int as value from app_private.identity_models where boundary_id is not null";

/** Invented leads of four countries, every fifth of somebody who came before; one test arrival among them. */
async function fill({ urls }: Pick<TestDatabase, "urls">): Promise<void> {
  const arrivals = [...inventArrivals(1, ARRIVALS)].map((facts) => ({
    attributes: Object.fromEntries(Object.entries(attributesOf(facts)).filter(isText)),
  }));
  await withConnection(urls.worker, async (worker) => {
    await receive(worker, [...arrivals, { attributes: someone(), isTest: true }], { batchSize: 100 });
  });
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}

test("train learns from arrivals alone what the shipped model could not know, and keeps it", async ({
  database,
}) => {
  const train = (...words: string[]) =>
    catchment(["identity", "train", "--boundary", "de", ...words], preparedEnv(database));
  const owned = () => withConnection(database.urls.superuser, (db) => oneValue<number>(db, OWN_MODELS));
  await fill(database);
  expect(await train()).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringContaining(`${ARRIVALS} arrivals of global`),
  });
  const dry = await train("--force", "--dry-run");
  expect(dry.stdout).toMatch(/^ {2}last name +100 % +\+\d/m);
  expect(linesOf(dry).at(-1)).toBe("Nothing was changed.");
  expect(await owned()).toBe(0);

  const learned = JSON.parse((await train("--force", "--json")).stdout);
  expect(learned).toMatchObject({ boundary: "global", arrivals: ARRIVALS, version: 1 });
  expect(learned.pairs).toBeGreaterThan(50);
  for (const { known, agrees, differs } of learned.worth.fields.slice(0, 4)) {
    expect(known).toBeGreaterThan(0.5);
    expect([agrees.now > 3, differs.now < 0]).toEqual([true, true]);
  }
  expect(learned.worth.othersEach).toEqual({ before: 0.43, now: expect.closeTo(0.42, 1) }); // every fifth came again
  expect(await owned()).toBe(1);
});

test("versions are listed with their day, and each can decide again", async () => {
  const database = await createDatabase();
  try {
    const env = preparedEnv(database);
    const asOf = new Date("2026-11-22T12:00:00Z");
    await withConnection(database.urls.worker, async (worker) => {
      const boundaryId = await territoryId(worker, "global");
      const model = await readModel(worker, null);
      for (const records of [2_000, 3_000]) await saveModel(worker, { boundaryId, model, records, asOf });
    });
    const use = (version: string) => catchment(["identity", "use", version, "--boundary", "de"], env);
    const models = async () => linesOf(await catchment(["identity", "models", "--boundary", "global"], env));
    expect(await models()).toEqual([
      "2        2026-11-22  3,000 arrivals  decides",
      "1        2026-11-22  2,000 arrivals",
      "shipped  2026-11-22",
    ]);
    expect((await use("1")).stdout).toBe("Version 1 decides in global from now on.\n");
    expect((await models())[1]).toMatch(/^1 .* decides$/);
    expect((await use("shipped")).stdout).toBe("The shipped model decides in global from now on.\n");
    expect((await models())[2]).toMatch(/^shipped .* decides$/);
    expect(await use("7")).toMatchObject({
      code: 1,
      stderr: "global has no version 7. There are 2, 1, shipped.\n",
    });
  } finally {
    await database.drop();
  }
});

test("what is frequent is counted anew without a new model", async () => {
  const database = await createDatabase();
  try {
    await fill(database);
    const ended = await catchment(
      ["identity", "train", "--boundary", "global", "--terms-only", "--force"],
      preparedEnv(database),
    );
    expect(linesOf(ended)).toEqual([
      "Counted which values are frequent among 300 arrivals of global.",
      "The model stays as it is.",
    ]);
    await withConnection(database.urls.superuser, async (db) => {
      const shares = await allRows<{ share: number }>(
        db,
        "select share from app_private.match_terms where field = 'city' and term = 'berlin'",
      );
      expect(shares).toHaveLength(1);
      expect(await oneValue<number>(db, OWN_MODELS)).toBe(0);
      expect(
        await oneValue<number>(db, "select records::int as value from app_private.match_statistics"),
      ).toBe(
        await oneValue<number>(
          db,
          "select count(*)::int as value from app_private.match_records where not is_test",
        ),
      );
    });
  } finally {
    await database.drop();
  }
});

test("Ctrl-C stops it in order, and nothing is changed", async () => {
  const database = await createDatabase();
  try {
    await fill(database);
    await withConnection(database.urls.superuser, async (db) => {
      await db.query("begin");
      await db.query("lock table app_public.source_events in access exclusive mode");
      const child = spawn(
        process.execPath,
        [PROGRAM, "identity", "train", "--force", "--boundary", "global"],
        {
          stdio: ["ignore", "ignore", "pipe"],
          env: { ...plainEnvironment(), ...preparedEnv(database) },
        },
      );
      const ended = Promise.all([text(child.stderr), once(child, "exit")]);
      const isReading =
        "select exists (select from pg_stat_activity where application_name = 'catchment identity' and wait_event_type = 'Lock') as value";
      // A transaction sees pg_stat_activity as it was when it looked first.
      await withConnection(database.urls.superuser, async (watcher) => {
        while (!(await oneValue<boolean>(watcher, isReading))) await pause(20);
      });
      child.kill("SIGINT");
      await pause(50); // one keystroke: the signal is taken before the lock goes
      await db.query("rollback");
      expect(await ended).toEqual(["Stopped: nothing was changed.\n", [1, null]]);
      expect(await oneValue<number>(db, OWN_MODELS)).toBe(0);
    });
  } finally {
    await database.drop();
  }
});

test("whoever was forgotten teaches nothing, and a client that is not there is refused", async () => {
  const database = await createDatabase();
  try {
    await fill(database);
    const env = preparedEnv(database);
    await withConnection(database.urls.worker, (worker) =>
      worker.query(
        `select app_private.erase_people(array(select id from app_public.leads where not is_test and merged_into_id is null), 'retention', now())`,
      ),
    );
    expect(await catchment(["identity", "train", "--boundary", "global"], env)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("0 arrivals of global"),
    });
    expect(await catchment(["identity", "train"], env)).toMatchObject({
      code: 2,
      stderr: "Say whose people with --boundary. There are global, globex.\n",
    });
    expect(await catchment(["identity", "train", "--boundary", "atlantis"], env)).toMatchObject({
      code: 1,
      stderr: 'There is no territory "atlantis".\n',
    });
    expect(await catchment(["identity", "train", "--sample", "2000000"], env)).toMatchObject({ code: 2 });
  } finally {
    await database.drop();
  }
});
