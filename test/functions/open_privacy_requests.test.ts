import { expect } from "vitest";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { demanded, settle, settleStaged } from "../support/settle.ts";

const CASES = `
  select exceptions.kind, exceptions.lead_id, exceptions.reason, exceptions.details, teams.slug as team, territories.slug as territory,
         exceptions.due_at - exceptions.opened_at as time
    from app_public.exceptions
    join app_public.teams on teams.id = exceptions.owner_team_id
    join app_public.territories on territories.id = exceptions.territory_id`;

test("a person of ours who wants to be forgotten is a request with its term, and a case for operations", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const [id] = await settle(db, [{ settle: demanded("ana@mail.example") }]);

  expect(
    await oneRow(
      db,
      `select requests.kind, requests.lead_id, requests.capture_id, requests.due_at - requests.requested_at = interval '30 days' as in_a_month,
              requests.completed_at, requests.subject_hashes = array[app_private.identity_hash('ana@mail.example', false)] as is_about_her,
              captures.kind as capture, captures.status, captures.outcome, captures.lead_id as of_lead
         from app_private.privacy_requests as requests join app_public.captures on captures.id = requests.capture_id`,
    ),
  ).toEqual({
    kind: "erasure",
    lead_id: leadId,
    capture_id: id,
    in_a_month: true,
    completed_at: null,
    is_about_her: true,
    capture: "privacy",
    status: "processed",
    outcome: "erasure_started",
    of_lead: leadId,
  });
  expect(await oneRow(db, CASES)).toMatchObject({
    kind: "privacy_request",
    lead_id: leadId,
    reason: "Somebody wants to be forgotten",
    team: "operations",
    territory: "de",
    time: { days: 7 },
  });
});

test("whom nobody knows is answered at once: nothing is held, nobody is bothered", async ({ db }) => {
  await settle(db, [{ settle: demanded("nobody@mail.example", "access") }]);
  expect(
    await oneRow(
      db,
      `select requests.kind, requests.outcome, requests.completed_at is not null as is_complete, captures.outcome as of_capture
         from app_private.privacy_requests as requests join app_public.captures on captures.id = requests.capture_id`,
    ),
  ).toEqual({ kind: "access", outcome: "nothing_held", is_complete: true, of_capture: "nothing_held" });
  expect(await allRows(db, CASES)).toEqual([]);
});

test("somebody known as two leads is one case above both, with a request for each", async ({ db }) => {
  const [german, french] = await receive(db, [
    { attributes: someone({ email: "ana@mail.example", country: "DE" }) },
    { attributes: someone({ email: "a@work.example", phone: "+331", country: "FR" }) },
  ]);
  await settle(db, [
    {
      settle: {
        as: "privacy",
        request: "access",
        identities: [
          { kind: "email", value: "ana@mail.example" },
          { kind: "phone", value: "+331" },
        ],
      },
    },
  ]);
  expect(
    (await allRows<{ lead_id: string }>(db, "select lead_id from app_private.privacy_requests"))
      .map(({ lead_id }) => lead_id)
      .sort(),
  ).toEqual([german?.leadId, french?.leadId].sort());
  expect(await allRows(db, CASES)).toMatchObject([{ lead_id: null, territory: "emea", team: "operations" }]);
  expect(await oneRow(db, "select outcome, lead_id from app_public.captures where kind = 'privacy'")).toEqual(
    {
      outcome: "access_started",
      lead_id: null,
    },
  );
});

test("a demand without a key that can be read is for people, not nothing", async ({ db }) => {
  await settle(db, [{ settle: { as: "privacy", request: "erasure", identities: [] } }]);
  expect(
    await oneRow(db, "select completed_at, outcome, subject_hashes from app_private.privacy_requests"),
  ).toEqual({
    completed_at: null,
    outcome: null,
    subject_hashes: [],
  });
  expect(await allRows(db, CASES)).toMatchObject([{ kind: "privacy_request", lead_id: null }]);
});

test("a second run opens nothing more; the trail has the request without whom it is about", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const told = demanded("ana@mail.example");
  const [id = ""] = await settle(db, [{ settle: told }]);
  await settleStaged(db, [{ id, settle: told }]);
  expect(await allRows(db, "select from app_private.privacy_requests")).toHaveLength(1);
  expect(await allRows(db, CASES)).toHaveLength(1);
  const { changes } = await oneRow<{ changes: object }>(
    db,
    "select changes from app_private.audit_entries where entity = 'privacy_requests'",
  );
  expect(changes).toMatchObject({ kind: "erasure", capture_id: id });
  expect(changes).not.toHaveProperty("subject_hashes");
});
