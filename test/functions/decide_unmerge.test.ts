import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { merge, respond, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";

test("the preview of an unmerge tells the instants that it then makes", async ({ db }) => {
  const mine = someone();
  const other = someone();
  const survivor = await receiveOne(db, { attributes: { ...mine, occurred_at: "2025-03-01T00:00:00Z" } });
  const merged = await receiveOne(db, { attributes: { ...other, occurred_at: "2025-03-05T00:00:00Z" } });
  await merge(db, survivor.leadId, merged.leadId);
  await receiveOne(db, { attributes: { ...other, occurred_at: "2024-01-01T00:00:00Z" } });
  await receiveOne(db, { attributes: { ...other, occurred_at: "2026-02-01T00:00:00Z" } });
  await receiveOne(db, { attributes: { ...mine, occurred_at: "2025-06-01T00:00:00Z", employees: 500 } });
  await respond(db, survivor.leadId, 60);

  const told = await asWorker(db, () =>
    oneRow<{ preview: { survivor: object; merged: object } }>(
      db,
      `select jsonb_build_object('survivor', app_private.readable_state((decided).survivor_after),
                                 'merged', app_private.readable_state((decided).merged_after)) as preview
         from app_private.decide_unmerge($1) as decided`,
      [merged.leadId],
    ),
  );
  await unmerge(db, merged.leadId);
  expect(told.preview).toEqual({
    survivor: await stateOf(db, survivor.leadId),
    merged: await stateOf(db, merged.leadId),
  });
  expect(told.preview.merged).toMatchObject({
    firstSeenAt: expect.stringContaining("2024-01-01"),
    lastActivityAt: expect.stringContaining("2026-02-01"),
  });
});

async function stateOf(db: ClientBase, leadId: string): Promise<object> {
  const { state } = await asWorker(db, () =>
    oneRow<{ state: object }>(
      db,
      "select app_private.readable_state(app_private.lead_state_of($1)) as state",
      [leadId],
    ),
  );
  return state;
}
