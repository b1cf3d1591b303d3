import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receive, receiveOne } from "../support/arrivals.ts";
import { candidates } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

const PHONE = "+4976112345";
const [ANA, BEN] = [
  { first_name: "Ana", last_name: "Weber", country: "DE" },
  { first_name: "Ben", last_name: "Huber", country: "DE" },
];

test("two people of one telephone are two leads, and from then on it joins nobody by itself", async ({
  db,
}) => {
  const ana = await receiveOne(db, { attributes: { ...ANA, phone: PHONE } });
  expect(await shared(db)).toEqual([]);
  const ben = await receiveOne(db, { attributes: { ...BEN, phone: PHONE } });
  expect(ben.outcome).toBe("lead_created");
  expect(await shared(db)).toEqual(["phone"]);

  const nameless = await receiveOne(db, { attributes: { phone: PHONE, country: "DE" } });
  const carl = await receiveOne(db, {
    attributes: { first_name: "Carl", last_name: "Vogt", phone: PHONE, country: "DE" },
  });
  expect(new Set([ana, ben, nameless, carl].map(({ leadId }) => leadId)).size).toBe(4);
  expect(await receiveOne(db, { attributes: { ...ANA, phone: PHONE } })).toMatchObject({
    leadId: ana.leadId,
  });
});

test("a number that a later touch brought is held against its names as well", async ({ db }) => {
  const email = "ana@mail.example";
  const ana = await receiveOne(db, { attributes: { ...ANA, email } });
  await receiveOne(db, { attributes: { ...ANA, email, phone: PHONE } });
  const ben = await receiveOne(db, { attributes: { ...BEN, phone: PHONE } });
  expect(ben.leadId).not.toBe(ana.leadId);
});

test("a number that two share inside a batch joins nobody in the rest of it", async ({ db }) => {
  const received = await receive(db, [
    { attributes: { ...ANA, phone: PHONE } },
    { attributes: { ...BEN, phone: PHONE } },
    { attributes: { phone: PHONE, country: "DE" } },
  ]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(3);
});

test("colleagues of one first name share the telephone of their office", async ({ db }) => {
  const [one, other] = await receive(db, [
    { attributes: { ...ANA, phone: PHONE, email: "a.weber@office.example" } },
    { attributes: { ...ANA, last_name: "Schmidt", phone: PHONE, email: "schmidt-a@office.example" } },
  ]);
  expect(other?.leadId).not.toBe(one?.leadId);
});

test.for([
  ["phone", [4, 4], false],
  ["phone", [2, 3], false],
  ["phone", [1, 4], true],
  ["phone", [4, 1], true], // colleagues of one first name
  ["email", [4, 1], false], // married
  ["email", [3, 1], true],
  ["email", [1, 4], true],
  ["email", [0, 0], false],
] as const)("names_contradict: %s with names alike as %j: %s", async ([key, levels, answer], { db }) => {
  expect(
    await oneValue(db, "select app_private.names_contradict($1, $2) as value", [
      key,
      [...levels, ...Array(10).fill(0)],
    ]),
  ).toBe(answer);
});

test("weigh_offers: who keeps the address and changes the last name is the same person", async ({ db }) => {
  const email = "ana@mail.example";
  const [one, other] = await receive(db, [
    { attributes: { ...ANA, email } },
    { attributes: { ...ANA, last_name: "Schmidt", email } },
  ]);
  expect(other?.leadId).toBe(one?.leadId);
  expect(await shared(db)).toEqual([]);
});

test("a mailbox of two is two leads and a question to people, once", async ({ db }) => {
  const email = "weber-huber@mail.example";
  const ana = await receiveOne(db, { attributes: { ...ANA, email } });
  const ben = await receiveOne(db, { attributes: { ...BEN, email } });
  expect(ben.leadId).not.toBe(ana.leadId);
  expect(await candidates(db)).toMatchObject([
    { lead_id: ben.leadId, other_lead_id: ana.leadId, state: "open", evidence: { key: "email" } },
  ]);
  await receive(db, [{ attributes: { ...BEN, email } }, { attributes: { ...ANA, email } }]);
  expect(await candidates(db)).toHaveLength(1);
});

test.for([
  ["different names are two", ANA, BEN, 2],
  ["one name is one", ANA, ANA, 1],
  ["no name on either side is one", { country: "DE" }, { country: "DE" }, 1],
  ["a name on one side alone is two", ANA, { country: "DE" }, 2],
] as const)("the address of an office: %s", async ([, one, other, leads], { db }) => {
  const email = "info@weber.example";
  const received = await receive(db, [
    { attributes: { ...one, email } },
    { attributes: { ...other, email } },
  ]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(leads);
  expect(await allRows(db, "select from app_public.exceptions where kind = 'possible_duplicate'")).toEqual(
    [],
  );
});

test.for([
  ["a freemail provider", { email: "ana@gmail.com" }, { email: "ben@gmail.com" }],
  ["a company", { email: "ana@weber.example" }, { email: "ben@weber.example" }],
] as const)("the domain of %s joins nobody", async ([, one, other], { db }) => {
  const company = { company: "Weber GmbH", company_domain: "weber.example" };
  const received = await receive(db, [
    { attributes: { ...ANA, ...one, ...company } },
    { attributes: { ...BEN, ...other, ...company } },
    { attributes: { email: `x${one.email}`, country: "DE", ...company } },
    { attributes: { email: `y${one.email}`, country: "DE", ...company } },
  ]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(4);
  expect(await candidates(db)).toEqual([]);
});

test("mark_shared: a key of a person who changed their number stays theirs", async ({ db }) => {
  const email = "ana@mail.example";
  await receive(db, [
    { attributes: { ...ANA, email, phone: PHONE } },
    { attributes: { ...ANA, email, phone: "+4976154321" } },
    { attributes: { ...ANA, phone: "+4976154321" } },
  ]);
  expect(await allValues(db, "select count(*)::int as value from app_public.leads")).toEqual([1]);
  expect(await shared(db)).toEqual([]);
});

function shared(db: ClientBase) {
  return allValues(db, "select kind as value from app_private.lead_identities where is_shared order by 1");
}
