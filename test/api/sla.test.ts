import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import { allRows } from "../support/rows.ts";
import { test } from "./serve.ts";

const QUESTION = `query ($trace: String!) {
  leads(filter: { traceId: { equalTo: $trace } }) { nodes {
    slaState slaElapsedRatio slaRemaining
    clockIntervals { nodes { kind isPaused endedAt calendarSeconds } }
    times { secondsToOwnership }
  } }
}`;

test("the queue of GraphQL and that of BI give the same figures", async ({ api, database }) => {
  const { traceId } = await arrive(database, {
    path: "web-form",
    attributes: { email: "ana@example.de", country: "DE" },
  });
  const { data } = await api.ask<Answer>("dora", QUESTION, { trace: traceId });
  const [lead] = data.leads.nodes;
  const [row] = await withConnection(database.urls.superuser, (db) =>
    allRows<{ sla_state: string; ratio: number; remaining: number }>(
      db,
      `select queue.sla_state, queue.sla_elapsed_ratio::float as ratio, queue.sla_remaining_seconds::float as remaining
         from bi.lead_queue as queue join app_public.leads on leads.id = queue.lead_id where leads.trace_id = $1`,
      [traceId],
    ),
  );
  expect(lead).toMatchObject({
    slaState: row?.sla_state,
    clockIntervals: { nodes: [{ kind: "first_response", isPaused: false, endedAt: null }] },
    times: { secondsToOwnership: expect.any(String) },
  });
  // Both were asked one after the other: the later one has used up more, of the same 300 seconds.
  expect(lead?.slaRemaining).toBeGreaterThanOrEqual(row?.remaining ?? 300);
  expect(300 - (lead?.slaRemaining ?? 0)).toBeCloseTo(300 * (lead?.slaElapsedRatio ?? 0), 0);
});

test("who may not see the lead learns nothing of its time", async ({ api, database }) => {
  const { traceId } = await arrive(database, {
    path: "web-form",
    attributes: { email: "ben@example.de", country: "DE" },
  });
  const absent = await api.ask("felix", QUESTION, { trace: "0".repeat(32) });
  const hidden = await api.ask("felix", QUESTION, { trace: traceId });
  expect(hidden.text).toBe(absent.text);
});

type Answer = {
  leads: { nodes: { slaState: string; slaElapsedRatio: number; slaRemaining: number }[] };
};
