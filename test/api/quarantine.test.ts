import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import {
  CapturesQuarantinedDocument,
  CorrectCaptureDocument,
  DiscardCapturesDocument,
  QuarantinedCaptureDocument,
  ReleaseCapturesDocument,
  RevalidateCapturesDocument,
} from "../../graphql/generated/graphql.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makeRevalidate } from "../../src/pipeline/revalidate.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeRevalidateCaptures } from "../../src/tasks/revalidate_captures.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import type { TestDatabase } from "../support/database.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { runJobs } from "../support/run_jobs.ts";
import { test } from "./serve.ts";

test("operations see what is refused, correct it, release it; the drain judges it again", async ({
  api,
  database,
}) => {
  const id = await arriveRefused(database);
  const listed = await api.ask("olga", CapturesQuarantinedDocument, { first: 100 });
  expect(listed.data.captures?.nodes).toContainEqual(
    expect.objectContaining({ rowId: id, outcome: "contract_violation", path: { slug: "web-form" } }),
  );
  const raw = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(raw.data.quarantinedCapture).toMatchObject({
    path: "web-form",
    isText: true,
    body: expect.stringContaining('"colour":"blue"'),
    violations: [{ kind: "extra", path: "/colour" }],
    corrections: null,
    dueAt: expect.any(String),
  });

  const wrong = await api.ask("olga", CorrectCaptureDocument, {
    captureId: id,
    corrections: { colour: null },
  });
  expect(wrong.code).toBe("BAD_INPUT");
  const corrections = { "/colour": null };
  const { data } = await api.ask("olga", CorrectCaptureDocument, { captureId: id, corrections });
  expect(data.correctCapture?.capture).toMatchObject({ captureId: id, status: "quarantined", corrections });

  const released = await api.ask("olga", ReleaseCapturesDocument, { captureIds: [id] });
  expect(released.data.releaseCaptures?.released).toBe(1);
  const again = await api.ask("olga", ReleaseCapturesDocument, { captureIds: [id] });
  expect(again.data.releaseCaptures?.released).toBe(0);
  await drain(database);
  const done = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(done.data.quarantinedCapture).toMatchObject({
    status: "processed",
    outcome: "lead_created",
    receivedAt: raw.data.quarantinedCapture?.receivedAt,
    dueAt: null,
  });
});

test("what is refused again is back by itself, with the same case", async ({ api, database }) => {
  const id = await arriveRefused(database);
  const before = await api.ask("ada", QuarantinedCaptureDocument, { captureId: id });
  await api.ask("ada", ReleaseCapturesDocument, { captureIds: [id] });
  await drain(database);
  const after = await api.ask("ada", QuarantinedCaptureDocument, { captureId: id });
  expect(after.data.quarantinedCapture).toMatchObject({
    status: "quarantined",
    violations: [{ kind: "extra" }],
  });
  expect(after.data.quarantinedCapture?.dueAt).toBe(before.data.quarantinedCapture?.dueAt);
});

test("what would become of it now is asked of the worker; nothing else changes", async ({
  api,
  database,
}) => {
  const id = await arriveRefused(database);
  const before = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(before.data.quarantinedCapture?.revalidation).toBeNull();

  const asked = await api.ask("olga", RevalidateCapturesDocument, { captureIds: [id] });
  expect(asked.data.revalidateCaptures?.asked).toBe(1);
  await revalidate(database);
  const now = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(now.data.quarantinedCapture).toEqual({
    ...before.data.quarantinedCapture,
    revalidation: {
      at: expect.any(String),
      contractVersion: 1,
      accepted: false,
      violations: before.data.quarantinedCapture?.violations,
    },
  });

  const none = await api.ask("olga", RevalidateCapturesDocument, { captureIds: [id], contractVersion: 2 });
  expect(none.code).toBe("BAD_INPUT");
  await withConnection(database.urls.superuser, (root) =>
    publishNext(root, "web-form", { ...COLOUR, isActive: false }),
  );
  await api.ask("olga", RevalidateCapturesDocument, { captureIds: [id], contractVersion: 2 });
  await revalidate(database);
  const next = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(next.data.quarantinedCapture).toMatchObject({
    status: "quarantined",
    violations: [{ kind: "extra", path: "/colour" }],
    revalidation: { contractVersion: 2, accepted: true, violations: [] },
  });
});

test("one that is no lead is set aside with a reason, and only so", async ({ api, database }) => {
  const id = await arriveRefused(database);
  const none = await api.ask("olga", DiscardCapturesDocument, { captureIds: [id], reason: "  " });
  expect(none.code).toBe("BAD_INPUT");
  const { data } = await api.ask("olga", DiscardCapturesDocument, {
    captureIds: [id],
    reason: "An exercise",
  });
  expect(data.discardCaptures?.discarded).toBe(1);
  const raw = await api.ask("olga", QuarantinedCaptureDocument, { captureId: id });
  expect(raw.data.quarantinedCapture).toMatchObject({ outcome: "discarded", discardReason: "An exercise" });
});

test("a hidden capture is answered byte for byte like an absent one; managers and reps may not", async ({
  api,
  database,
}) => {
  const id = await arriveRefused(database);
  const absent = randomUUID();
  const uses = (captureId: string) =>
    [
      [QuarantinedCaptureDocument, { captureId }],
      [CorrectCaptureDocument, { captureId, corrections: {} }],
      [RevalidateCapturesDocument, { captureIds: [captureId] }],
      [ReleaseCapturesDocument, { captureIds: [captureId] }],
      [DiscardCapturesDocument, { captureIds: [captureId], reason: "none" }],
    ] as const;
  for (const who of ["felix", "mona", "gus", null]) {
    for (const [use, [document, variables]] of uses(id).entries()) {
      const hiddenAnswer = await api.ask(who, String(document), variables);
      const absentAnswer = await api.ask(who, String(document), uses(absent)[use]?.[1]);
      expect([who, hiddenAnswer.code]).toEqual([who, "NOT_FOUND"]);
      expect(hiddenAnswer.text).toBe(absentAnswer.text);
    }
  }
  for (const [document, variables] of uses(id)) {
    expect((await api.ask("vera", String(document), variables)).code).toBe("FORBIDDEN");
  }
});

async function arriveRefused(database: TestDatabase): Promise<string> {
  return withConnection(database.urls.superuser, async (root) => {
    const [id = ""] = await stageArrivals(root, [{ attributes: someone({ colour: "blue" }) }]);
    await drain(database);
    return id;
  });
}

/** The worker's task, for the jobs that were asked for. */
async function revalidate(database: TestDatabase): Promise<void> {
  const pool = makePool(database.urls.worker, { max: 2, applicationName: "test" });
  const db = await connect(database.urls.worker);
  await db.query("begin");
  await runJobs(db, { revalidate_captures: makeRevalidateCaptures(makeRevalidate(pool)) });
  await db.query("commit");
  await pool.end();
}

async function drain(database: TestDatabase): Promise<void> {
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  await makeDrain({ pool, log: () => {} }).run();
  await pool.end();
}
