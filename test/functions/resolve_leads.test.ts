import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";

test("somebody who never came before becomes a lead", async ({ db }) => {
  const ana = someone({ first_name: "Ana", last_name: "Weber", phone: "+4930901820", employees: 80 });
  const received = await receiveOne(db, { attributes: ana, isTest: true });
  expect(received).toMatchObject({ status: "processed", outcome: "lead_created" });
  const lead = await oneRow(
    db,
    `select leads.first_name, leads.last_name, leads.email, leads.phone, leads.employees, leads.status, leads.source,
            leads.is_test, leads.is_history, leads.trace_id, territories.slug as territory
       from app_public.leads join app_public.territories on territories.id = leads.territory_id`,
  );
  expect(lead).toEqual({
    first_name: "Ana",
    last_name: "Weber",
    email: ana.email,
    phone: "+4930901820",
    employees: 80,
    status: "new",
    source: "web-form",
    is_test: true,
    is_history: true, // tests go the way of the past (docs/decisions/008)
    trace_id: received.traceId,
    territory: "de",
  });
});

test.for([
  ["e-mail address", { email: "ana@mail.example" }],
  ["telephone number", { phone: "+4930901820" }],
  ["id at the same partner", { external_id: "4711" }],
] as const)("the same %s is the same person", async ([, key], { db }) => {
  const path = "partner-feed";
  const first = await receiveOne(db, { path, attributes: { ...key, first_name: "Ana" } });
  const again = await receiveOne(db, { path, attributes: { ...key, first_name: "Anna" } });
  expect(again).toMatchObject({ leadId: first.leadId, status: "processed", outcome: "touch_added" });
  expect(await names(db)).toEqual(["Ana"]);
});

test("the same id at two doors means two people", async ({ db }) => {
  const attributes = { external_id: "4711", country: "DE" };
  await receive(db, [
    { path: "partner-feed", attributes },
    { path: "desk", attributes },
  ]);
  expect(await allRows(db, "select from app_public.leads")).toHaveLength(2);
});

test("who is known to two clients stays two leads", async ({ db }) => {
  const email = "ana@mail.example";
  const acme = await receiveOne(db, { attributes: { email, country: "DE" } });
  const globex = await receiveOne(db, { path: "globex-form", attributes: { email, country: "NL" } });
  expect(globex.outcome).toBe("lead_created");
  expect(globex.leadId).not.toBe(acme.leadId);
});

test("fifty arrivals of one person in one batch are one lead with fifty touches", async ({ db }) => {
  const attributes = someone();
  const received = await receive(
    db,
    Array.from({ length: 50 }, () => ({ attributes })),
  );
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(1);
  expect(received.map(({ outcome }) => outcome)).toEqual(["lead_created", ...Array(49).fill("touch_added")]);
  expect(await allValues(db, "select count(*)::int as value from app_public.source_events")).toEqual([50]);
});

test("keys that follow from one another inside a batch lead to one person", async ({ db }) => {
  const x = { email: "x@mail.example", country: "DE" };
  const received = await receive(db, [
    { attributes: x },
    { attributes: { ...x, phone: "+4930901820" } },
    { attributes: { phone: "+4930901820", country: "DE" } },
  ]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(1);
  expect(await cases(db)).toEqual([]);
});

test("keys learned from a touch are known in the next batch", async ({ db }) => {
  const first = await receiveOne(db, { attributes: { email: "x@mail.example", country: "DE" } });
  await receiveOne(db, { attributes: { email: "x@mail.example", phone: "+4930901820", country: "DE" } });
  const third = await receiveOne(db, { attributes: { phone: "+4930901820", country: "DE" } });
  expect(third.leadId).toBe(first.leadId);
});

test("the address of one and the number of another is doubt for people, never a merge", async ({ db }) => {
  const ana = await receiveOne(db, { attributes: { email: "ana@mail.example", country: "DE" } });
  const ben = await receiveOne(db, { attributes: { phone: "+33142685300", country: "FR" } });
  const doubtful = await receiveOne(db, {
    attributes: { email: "ana@mail.example", phone: "+33142685300", country: "DE" },
  });
  expect(doubtful).toMatchObject({ leadId: ana.leadId, outcome: "touch_added" });
  expect(await cases(db)).toEqual([
    {
      kind: "possible_duplicate",
      territory: "emea", // of de and fr
      team: "operations",
      capture_id: doubtful.captureId,
      details: {
        lead_ids: [ben.leadId, ana.leadId],
        evidence: [
          {
            lead_id: ben.leadId,
            key: "phone",
            bits: expect.any(Number),
            probability: expect.any(Number),
            fields: { phone: "same", country: "different" },
          },
        ],
      },
    },
  ]);
  const next = await receiveOne(db, { attributes: { phone: "+33142685300", country: "FR" } });
  expect(next.leadId).toBe(ben.leadId);
});

test("doubt inside one territory is a case of that territory", async ({ db }) => {
  await receive(db, [
    { attributes: { email: "ana@mail.example", country: "DE" } },
    { attributes: { phone: "+4930901820", country: "DE" } },
    { attributes: { email: "ana@mail.example", phone: "+4930901820", country: "DE" } },
  ]);
  expect(await cases(db)).toMatchObject([{ kind: "possible_duplicate", territory: "de" }]);
});

test("a later touch of a new address does not replace the address that stands", async ({ db }) => {
  await receiveOne(db, { attributes: { email: "x@mail.example", phone: "+4930901820", country: "DE" } });
  await receiveOne(db, { attributes: { email: "y@mail.example", phone: "+4930901820", country: "DE" } });
  expect(await allValues(db, "select email as value from app_public.leads")).toEqual(["x@mail.example"]);
  const back = await receiveOne(db, { attributes: { email: "y@mail.example", country: "DE" } });
  expect(back.outcome).toBe("touch_added");
});

test("two nameless ids without any key would be two people", async ({ db }) => {
  const nobody: Arrival = { attributes: { country: "DE" } };
  const received = await receive(db, [nobody, nobody]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(2);
});

function names(db: ClientBase) {
  return allValues(db, "select first_name as value from app_public.leads order by id");
}

function cases(db: ClientBase) {
  return allRows(
    db,
    `select exceptions.kind, territories.slug as territory, teams.slug as team, exceptions.capture_id, exceptions.details
       from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
       join app_public.teams on teams.id = exceptions.owner_team_id
      where exceptions.kind <> 'nobody_available' order by exceptions.id`,
  );
}
