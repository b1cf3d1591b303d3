import { expect } from "vitest";
import { asWorker, someone, stageArrivals } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, allValues } from "../support/rows.ts";

const CLAIM = "select id as value from app_private.claim_captures($1)";

test("captures are claimed in order of arrival, with what their judge must know", async ({ db }) => {
  const ids = await stageArrivals(db, [
    { path: "globex-form", attributes: { email: "a@mail.example" } },
    { path: "partner-feed", attributes: { email: "b@mail.example" } },
    { attributes: { email: "c@mail.example" } },
  ]);
  const claimed = await asWorker(db, () =>
    allRows(
      db,
      "select id, path_slug, contract_id is not null as has_contract, default_country, time_zone from app_private.claim_captures(2)",
    ),
  );
  expect(claimed).toEqual([
    {
      id: ids[0],
      path_slug: "globex-form",
      has_contract: true,
      default_country: "NL",
      time_zone: "Europe/Amsterdam",
    },
    {
      id: ids[1],
      path_slug: "partner-feed",
      has_contract: true,
      default_country: "DE",
      time_zone: "Europe/Berlin",
    },
  ]);
});

test("what is no longer pending is not claimed", async ({ db }) => {
  const ids = await stageArrivals(db, [{ attributes: someone() }, { attributes: someone() }]);
  await db.query("update app_public.captures set status = 'error', processed_at = now() where id = $1", [
    ids[0],
  ]);
  expect(await allValues(db, CLAIM, [10])).toEqual([ids[1]]);
});

test("what another worker holds is skipped, not waited for, and comes back when it lets go", async ({
  database,
}) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const ids = await stageArrivals(
    one,
    [1, 2, 3].map(() => ({ attributes: someone() })),
  );
  await one.query("begin");
  await other.query("begin");
  expect(await allValues(one, CLAIM, [2])).toEqual(ids.slice(0, 2));
  expect(await allValues(other, CLAIM, [2])).toEqual(ids.slice(2));
  await one.query("rollback");
  expect(await allValues(other, CLAIM, [3])).toEqual(ids);
  await other.query("rollback");
});

test("a worker that goes back to its captures waits for whoever took them meanwhile", async ({
  database,
}) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const ids = await stageArrivals(one, [{ attributes: someone() }]);
  const backend = await backendOf(one);
  await other.query("begin");
  await other.query("select from app_private.reclaim_captures($1)", [ids]);
  const reclaimed = one.query("select from app_private.reclaim_captures($1)", [ids]);
  await untilItWaits(other, backend);
  await other.query("commit");
  expect((await reclaimed).rowCount).toBe(1);
});
