import type { ClientBase } from "pg";
import { expect } from "vitest";
import type { Settlement } from "../../src/pipeline/judge.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { demanded, settleStaged } from "../support/settle.ts";
import { stageBodies, waitForVendor } from "../support/waiting.ts";

const PATH = { protocol: "hubspot", path: "web-form" };

test("a demand is not answered with nothing while an older arrival waits for its vendor: it may be theirs", async ({
  db,
}) => {
  const [thin = ""] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "partner-feed", [{ demand: 1 }]);
  await older(db, thin, id);
  expect(await awaited(db, id)).toEqual([id]);
  await settleStaged(db, [{ id, settle: demanded("ana@mail.example") }]);
  expect(await allRows(db, "select from app_private.privacy_requests")).toEqual([]);
  expect(await capture(db, id)).toEqual({ kind: "privacy", status: "pending", outcome: null, seconds: 60 });

  expect(await claimed(db, 60)).toEqual([thin]);
  expect(await capture(db, id)).toMatchObject({ kind: "privacy", status: "pending", seconds: null });
  await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  await settleStaged(db, [{ id, settle: demanded("ana@mail.example") }]);
  expect(await capture(db, id)).toMatchObject({ status: "processed", outcome: "erasure_started" });
});

test("it is answered once what was older is judged, and no younger arrival, other demand or other client holds it up", async ({
  db,
}) => {
  const [thin = ""] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = "", another = ""] = await stageBodies(db, "partner-feed", [{ demand: 1 }, { demand: 2 }]);
  await older(db, another, id);
  await older(db, id, thin);
  expect(await awaited(db, id, another)).toEqual([]);
  await older(db, thin, id);
  await db.query("update app_public.captures set is_test = true where id = $1", [thin]);
  expect(await awaited(db, id, another)).toEqual([]);
  await db.query(
    `update app_public.captures
        set is_test = false,
            path_id = (select elsewhere.id from app_public.capture_paths as elsewhere
                         join app_public.territories on territories.id = elsewhere.territory_id
                        where territories.boundary_id not in (
                                select home.boundary_id from app_public.capture_paths
                                  join app_public.territories as home on home.id = capture_paths.territory_id
                                 where capture_paths.id = captures.path_id)
                        order by elsewhere.id limit 1)
      where id = $1`,
    [thin],
  );
  expect(await awaited(db, id, another)).toEqual([]);
  const settle = demanded("nobody@mail.example");
  await settleStaged(db, [
    { id, settle },
    { id: another, settle },
  ]);
  expect(await capture(db, id)).toMatchObject({ status: "processed", outcome: "nothing_held" });
});

test("one that names the id of an arrival of the next minute waits for it; one that is known already does not", async ({
  db,
}) => {
  const [thin = ""] = await waitForVendor(db, [{ objectId: 555 }], PATH);
  const [id = ""] = await stageBodies(db, "web-form", [{ demand: 1 }]);
  await older(db, id, thin);
  const settle: Settlement = {
    as: "privacy",
    request: "erasure",
    identities: [
      { kind: "external_id", value: "web-form:555" },
      { kind: "email", value: "ana@mail.example" },
    ],
  };
  await settleStaged(db, [{ id, settle }]);
  expect(await capture(db, id)).toMatchObject({ kind: "privacy", status: "pending", seconds: 60 });
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  await db.query("update app_public.captures set fetch_due_at = null where id = $1", [id]);
  await settleStaged(db, [{ id, settle }]);
  expect(await capture(db, id)).toMatchObject({ status: "processed", outcome: "erasure_started" });
  expect(await allRows(db, "select lead_id from app_private.privacy_requests")).toEqual([
    { lead_id: leadId },
  ]);
});

/** The first came a second before the second. */
async function older(db: ClientBase, first: string, second: string): Promise<void> {
  await db.query(
    `update app_public.captures set received_at = now() - make_interval(secs => case id when $1 then 1 else 0 end)
      where id in ($1, $2)`,
    [first, second],
  );
}

function awaited(db: ClientBase, ...ids: string[]): Promise<string[]> {
  const settled = ids.map((id) => ({ id, settle: demanded("nobody@mail.example") }));
  return asWorker(db, () =>
    allValues(db, "select unnest(app_private.awaited_demands($1)) as value", [JSON.stringify(settled)]),
  );
}

function claimed(db: ClientBase, seconds: number): Promise<string[]> {
  return asWorker(db, () =>
    allValues(
      db,
      "select id as value from app_private.claim_fetches(now() + make_interval(secs => $1), 10)",
      [seconds],
    ),
  );
}

function capture(db: ClientBase, id: string) {
  return oneRow(
    db,
    `select kind, status, outcome, extract(epoch from fetch_due_at - now())::int as seconds
       from app_public.captures where id = $1`,
    [id],
  );
}
