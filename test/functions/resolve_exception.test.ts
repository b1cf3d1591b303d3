import type { Client } from "pg";
import { expect } from "vitest";
import { asWorker, stageArrivals } from "../support/arrivals.ts";
import { attempt } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

const RESOLVE = "select app_public.resolve_exception($1, 'Looked at it')";

test.for(["release_captures", "discard_captures"])(
  "the case of an arrival in quarantine is not closed by words, but by %s",
  async (way, { db }) => {
    const [captureId] = await stageArrivals(db, [{ attributes: {} }]);
    await refuse(db, captureId);
    const id: string = await oneValue(db, "select id as value from app_public.exceptions");
    expect(await attempt(db, "olga", RESOLVE, [id])).toBe("STATE");
    expect(await outcomes(db)).toEqual([null]);

    const released = way === "release_captures";
    const call = released ? "release_captures($1)" : "discard_captures($1, 'A test of a robot')";
    expect(await attempt(db, "olga", `select app_public.${call}`, [[captureId]])).toBe("");
    if (released) {
      await db.query("update app_public.exceptions set opened_at = opened_at - interval '1 minute'");
      await settle(db, captureId);
    }
    expect(await outcomes(db)).toEqual([released ? "released" : "discarded"]);
    expect(await attempt(db, "olga", RESOLVE, [id])).toBe("STATE");
  },
);

test("that of an arrival which is out of quarantine is closed by words", async ({ db }) => {
  const [captureId] = await stageArrivals(db, [{ attributes: {} }]);
  await refuse(db, captureId);
  await db.query(
    "update app_public.captures set status = 'processed', outcome = 'discarded', discard_reason = 'x'",
  );
  const id: string = await oneValue(db, "select id as value from app_public.exceptions");
  expect(await attempt(db, "olga", RESOLVE, [id])).toBe("");
  expect(await outcomes(db)).toEqual(["Looked at it"]);
});

function refuse(db: Client, captureId: string | undefined) {
  return asWorker(db, () =>
    db.query("select app_private.process_captures('[]', $1, now())", [
      JSON.stringify([{ id: captureId, violations: [{ path: "email", message: "is missing" }] }]),
    ]),
  );
}

/** It is processed now. */
async function settle(db: Client, captureId: string | undefined): Promise<void> {
  await db.query(
    "update app_public.captures set status = 'processed', outcome = 'lead_created', processed_at = now()",
  );
  await asWorker(db, () => db.query("select app_private.settle_releases($1, now())", [[captureId]]));
}

function outcomes(db: Client): Promise<(string | null)[]> {
  return allValues(db, "select outcome as value from app_public.exceptions order by id");
}
