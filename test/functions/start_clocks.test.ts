import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

test("the clock of a new lead runs from its arrival, however late it was processed", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(
    db,
    { attributes: someone() },
    { asOf: await secondsLater(db, 3600) },
  );
  const clock = await oneRow(
    db,
    `select clocks.kind, clocks.trace_id, clocks.target_seconds, clocks.thresholds, clocks.fired, sla_policies.slug as policy,
            clocks.started_at = captures.received_at as from_arrival, clocks.stopped_at,
            extract(epoch from clocks.next_at - captures.received_at)::int as next,
            extract(epoch from clocks.due_at - captures.received_at)::int as due
       from app_public.clocks join app_public.captures on captures.lead_id = clocks.lead_id
       join app_public.sla_policies on sla_policies.id = clocks.policy_id where clocks.lead_id = $1`,
    [leadId],
  );
  expect(clock).toEqual({
    kind: "first_response",
    trace_id: traceId,
    policy: "first-response-de-web",
    target_seconds: 300,
    thresholds: [80, 100, 150],
    fired: 0,
    from_arrival: true,
    stopped_at: null,
    next: 240,
    due: 300,
  });
});

test("the time before a lead was dealt is nobody's: a late release is not its first owner's breach", async ({
  db,
}) => {
  const late = await receiveOne(db, { attributes: someone() }, { asOf: await secondsLater(db, 3600) });
  const soon = await receiveOne(db, { attributes: someone() }, { asOf: await secondsLater(db, 59) });
  const intervals = (leadId: string) =>
    allRows(
      db,
      `select owner is not null as is_owned, round(working_seconds)::int as seconds, ended_at is not null as is_past
         from bi.clock_segments where lead_id = $1 order by started_at`,
      [leadId],
    );
  expect(await intervals(late.leadId)).toEqual([
    { is_owned: false, seconds: 3600, is_past: true },
    { is_owned: true, seconds: 0, is_past: false },
  ]);
  expect(await intervals(soon.leadId)).toEqual([{ is_owned: true, seconds: 0, is_past: false }]);
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks(array[$1::uuid], array[now() + interval '4000 seconds'])", [
      late.leadId,
    ]),
  );
  expect(
    await oneRow(
      db,
      "select state, is_breached, breached_owner, elapsed_seconds::int as elapsed from bi.sla_performance where lead_id = $1",
      [late.leadId],
    ),
  ).toEqual({ state: "missed", is_breached: true, breached_owner: null, elapsed: 4000 });
});

test("the lead's own columns say the same as its clock", async ({ db }) => {
  await receive(db, [
    { attributes: someone() },
    { attributes: someone({ country: "US" }) },
    { path: "globex-form", attributes: someone({ country: "NL" }) },
  ]);
  const differing = await allRows(
    db,
    `select from app_public.leads left join app_public.clocks on clocks.lead_id = leads.id
      where (leads.sla_policy_id, leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.sla_overdue_at)
        is distinct from (clocks.policy_id, clocks.started_at, clocks.next_at, clocks.due_at,
                          clocks.overdue_at)`,
  );
  expect(differing).toEqual([]);
  expect(await allRows(db, "select from app_public.clocks")).toHaveLength(3);
});

test("a known lead gets no second clock", async ({ db }) => {
  const attributes = someone();
  await receive(db, [{ attributes }, { attributes }]);
  await receive(db, [{ attributes }]);
  expect(await allRows(db, "select from app_public.clocks")).toHaveLength(1);
});

test("the past has no clock", async ({ db }) => {
  await receiveOne(db, { path: "olist-mql", attributes: { external_id: "a", country: "BR" } });
  expect(await allRows(db, "select from app_public.clocks")).toEqual([]);
  const lead = await oneRow(db, "select sla_policy_id, sla_started_at, sla_due_at from app_public.leads");
  expect(lead).toEqual({ sla_policy_id: null, sla_started_at: null, sla_due_at: null });
});

test("where no policy applies a lead has no clock", async ({ db }) => {
  await db.query("update app_public.sla_policies set is_active = false");
  await receiveOne(db, { attributes: someone() });
  expect(await allRows(db, "select from app_public.clocks")).toEqual([]);
});

test("a second run starts none, whether the first still runs or was answered", async ({ db }) => {
  const { captureId, leadId } = await receiveOne(db, { attributes: someone() });
  const again = () => asWorker(db, () => db.query("select app_private.start_clocks($1)", [[captureId]]));
  await again();
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks(array[$1::uuid], array[now()])", [leadId]),
  );
  await again();
  expect(await allRows(db, "select from app_public.clocks")).toHaveLength(1);
});
