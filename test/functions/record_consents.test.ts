import type { ClientBase } from "pg";
import { expect } from "vitest";
import { acceptedOf, asWorker, processAccepted, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

type Consent = { purpose: string; state: string; text_version: string; given_at?: string };

test("what an arrival says about consent is kept with its lead, its words and its time", async ({ db }) => {
  const [id] = await arrive(db, [
    [
      { purpose: "marketing", state: "granted", text_version: "2026-01", given_at: "2026-01-02T03:04:05Z" },
      { purpose: "profiling", state: "denied", text_version: "7" },
    ],
  ]);
  const capture = await oneRow(
    db,
    "select lead_id, territory_id, trace_id, received_at from app_public.captures where id = $1",
    [id],
  );
  const { received_at, ...home } = capture;
  expect(await consents(db)).toEqual([
    {
      ...home,
      purpose: "marketing",
      state: "granted",
      text_version: "2026-01",
      given_at: new Date("2026-01-02T03:04:05Z"),
    },
    { ...home, purpose: "profiling", state: "denied", text_version: "7", given_at: received_at },
  ]);
});

test("a later answer stands beside the earlier one", async ({ db }) => {
  const attributes = someone();
  await arrive(db, [[{ purpose: "marketing", state: "granted", text_version: "1" }]], attributes);
  await arrive(db, [[{ purpose: "marketing", state: "withdrawn", text_version: "1" }]], attributes);
  const kept = await consents(db);
  expect(kept.map(({ state }) => state)).toEqual(["granted", "withdrawn"]);
  expect(new Set(kept.map(({ lead_id }) => lead_id)).size).toBe(1);
});

test("a second run adds nothing, and arrivals without an answer leave none", async ({ db }) => {
  const ids = await arrive(db, [[{ purpose: "marketing", state: "granted", text_version: "1" }], null, null]);
  await asWorker(db, () => db.query("select app_private.record_consents($1)", [ids]));
  expect(await consents(db)).toHaveLength(1);
});

test("a quarantined arrival agrees to nothing", async ({ db }) => {
  await arrive(
    db,
    [[{ purpose: "marketing", state: "granted", text_version: "1" }]],
    someone({ country: "JP" }),
  );
  expect(await consents(db)).toEqual([]);
});

async function arrive(db: ClientBase, said: (Consent[] | null)[], attributes = someone()): Promise<string[]> {
  const arrivals = said.map((_, position) => ({ attributes: position === 0 ? attributes : someone() }));
  const ids = await stageArrivals(db, arrivals);
  const accepted = acceptedOf(arrivals, ids).map((one, position) => {
    const given = said[position];
    return given == null ? one : { ...one, attributes: { ...one.attributes, consents: given } };
  });
  await processAccepted(db, accepted);
  return ids;
}

function consents(db: ClientBase) {
  return allRows<{ lead_id: string; state: string }>(
    db,
    `select lead_id, territory_id, trace_id, purpose, state, text_version, given_at
       from app_public.consents order by consents.id, purpose`,
  );
}
