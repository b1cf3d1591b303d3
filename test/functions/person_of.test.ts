import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneRow, refusalOf } from "../support/rows.ts";

const PERSON = `select person.email, person.employees, person.birth_date::text, person.value_amount, person.occurred_at
  from app_private.person_of($1) as person`;

test("attributes come in the types of a lead's columns; what they do not know is null", async ({ db }) => {
  const attributes = {
    email: "ana@mail.example",
    employees: 80,
    birth_date: "1980-02-29",
    unknown: "x",
    identities: [],
  };
  expect(await oneRow(db, PERSON, [attributes])).toEqual({
    email: "ana@mail.example",
    employees: 80,
    birth_date: "1980-02-29",
    value_amount: null,
    occurred_at: null,
  });
});

test("a value that is not of its type is refused, so that its capture is found out", async ({ db }) => {
  expect(await refusalOf(db, PERSON, [{ employees: "many" }])).toBe("22P02");
});
