import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

test("a touch keeps where it came from and when it happened", async ({ db }) => {
  const touch = {
    channel: "newsletter",
    campaign: "spring",
    medium: "email",
    content: "b",
    term: "shoes",
    landing_page: "https://acme.example/a",
    referrer: "https://search.example/",
    click_id: "gclid:1",
  };
  const attributes = someone({ ...touch, occurred_at: "2024-05-01T10:00:00+02:00" });
  const { captureId, leadId, traceId } = await receiveOne(db, { attributes, isTest: true });
  expect(await oneRow(db, "select * from app_public.source_events")).toMatchObject({
    ...touch,
    lead_id: leadId,
    origin_lead_id: leadId,
    capture_id: captureId,
    trace_id: traceId,
    source: "web-form",
    is_test: true,
    occurred_at: new Date("2024-05-01T08:00:00Z"),
    attributes: { channel: "newsletter" },
  });
});

test("a touch that does not say when happened when it was received", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  const { same } = await oneRow<{ same: boolean }>(
    db,
    `select source_events.occurred_at = captures.received_at as same
       from app_public.source_events join app_public.captures on captures.id = $1`,
    [captureId],
  );
  expect(same).toBe(true);
});

test("every arrival leaves one touch, also of a known person; a second run leaves none", async ({ db }) => {
  const attributes = someone();
  const received = await receive(db, [
    { attributes },
    { attributes: someone() },
    { attributes },
    { attributes },
  ]);
  const ids = received.map(({ captureId }) => captureId);
  const touches = () => allRows(db, "select capture_id from app_public.source_events order by capture_id");
  expect(await touches()).toEqual(ids.map((capture_id) => ({ capture_id })));
  await asWorker(db, () => db.query("select app_private.record_source_events($1)", [ids]));
  expect(await touches()).toHaveLength(4);
});

test("a quarantined arrival leaves no touch", async ({ db }) => {
  const received = await receive(db, [{ attributes: someone({ country: "JP" }) }]);
  expect(received).toMatchObject([{ status: "quarantined", leadId: null }]);
  await asWorker(db, () =>
    db.query("select app_private.record_source_events($1)", [received.map(({ captureId }) => captureId)]),
  );
  expect(await allRows(db, "select from app_public.source_events")).toEqual([]);
});
