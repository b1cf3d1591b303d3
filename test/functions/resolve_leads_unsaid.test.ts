import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne } from "../support/arrivals.ts";
import { levelsOf } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";

const ADDRESS = "rau@mail.example";
const NUMBER = "+4930987123";

test("a name in another script says nothing for or against", async ({ db }) => {
  const cyrillic = { first_name: "Ольга", last_name: "Смирнова" };
  expect(await levelsOf(db, cyrillic, { first_name: "Olga", last_name: "Smirnova" })).toEqual({});
  expect(await levelsOf(db, cyrillic, { first_name: "Иван", last_name: "Смирнова" })).toEqual({
    first_name: "different",
    last_name: "same",
  });
  const olga = await leadOf(db, { ...cyrillic, email: ADDRESS, country: "DE" });
  expect(await leadOf(db, { first_name: "Olga", last_name: "Smirnova", email: ADDRESS, country: "DE" })).toBe(
    olga,
  );
});

test("one name at one large firm is a question where they write from two addresses, at one domain it is not", async ({
  db,
}) => {
  const michael = { first_name: "Michael", last_name: "Wagner", country: "DE" };
  const first = await leadOf(db, { ...michael, company: "Siemens", email: "mw@post.example" });
  expect(await leadOf(db, { ...michael, company: "Siemens AG", email: "wagner77@mail.example" })).not.toBe(
    first,
  );
  expect(await leadOf(db, { ...michael, company: "Siemens", phone: NUMBER })).toBe(first);
});

async function leadOf(db: ClientBase, attributes: Record<string, string>): Promise<string> {
  return (await receiveOne(db, { attributes })).leadId;
}
