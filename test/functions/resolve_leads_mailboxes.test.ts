import { expect } from "vitest";
import { receive } from "../support/arrivals.ts";
import { candidates } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const FIRM = "harlow-brothers.example";
const ben = (mailbox: string) => ({
  first_name: "Ben",
  last_name: "Harlow",
  country: "DE",
  company_domain: FIRM,
  email: `${mailbox}@${FIRM}`,
});

test("is_corroborated: one name at one firm, with mailboxes that differ in a digit: as many people as mailboxes", async ({
  db,
}) => {
  for (const n of [1, 2, 3]) await receive(db, [{ attributes: ben(`ben${n}.harlow`) }]);
  expect(await oneValue(db, "select count(*)::int as value from app_public.leads")).toBe(3);
});

test("for people whether they are one is a question", async ({ db }) => {
  for (const n of [1, 2]) await receive(db, [{ attributes: ben(`ben${n}.harlow`) }]);
  expect(await candidates(db)).toHaveLength(1);
});

test("with a letter that differs in a long one: one person who mistyped it", async ({ db }) => {
  await receive(db, [{ attributes: ben("ben.harlow") }]);
  await receive(db, [{ attributes: ben("ben.harlov") }]);
  expect(await oneValue(db, "select count(*)::int as value from app_public.leads")).toBe(1);
});

test("a name and a country alone join nobody while nobody knows how frequent the name is", async ({ db }) => {
  const thomas = { first_name: "Thomas", last_name: "Müller", country: "DE" };
  await receive(db, [{ attributes: { ...thomas, email: "tm@post.example" } }]);
  await receive(db, [{ attributes: { ...thomas, email: "thomas@mail.example" } }]);
  await receive(db, [{ attributes: { ...thomas, phone: "+493012345" } }]);
  expect(await oneValue(db, "select count(*)::int as value from app_public.leads")).toBe(3);
});

test("nor a name and a city: whether two addresses are one person's is a question for people", async ({
  db,
}) => {
  const maria = { first_name: "Maria", last_name: "Silva", city: "São Paulo", country: "BR" };
  await receive(db, [{ attributes: { ...maria, email: "maria@post.example", phone: "+5511987654321" } }]);
  await receive(db, [{ attributes: { ...maria, email: "ms84@mail.example", phone: "+5511912345678" } }]);
  expect(await oneValue(db, "select count(*)::int as value from app_public.leads")).toBe(2);
  expect(await candidates(db)).toHaveLength(1);
});

test("a name and a postal code do, unless they write from two addresses", async ({ db }) => {
  const peter = { first_name: "Peter", last_name: "Fischer", postal_code: "20095", country: "DE" };
  const found = [];
  for (const contact of [
    { email: "peter@post.example" },
    { phone: "+494012345" },
    { email: "pf77@mail.example" },
  ]) {
    await receive(db, [{ attributes: { ...peter, ...contact } }]);
    found.push(await oneValue(db, "select count(*)::int as value from app_public.leads"));
  }
  expect(found).toEqual([1, 1, 2]);
});
