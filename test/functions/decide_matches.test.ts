import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { receive } from "../support/arrivals.ts";
import { ANA } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

/** Whose names and town alone are known: by that much more or less it is one person or two. */
const { street: _, postal_code: __, birth_date: ___, ...NAMED } = ANA;

test("a value that many have proves less, and a rare one more", async ({ db }) => {
  const usual = await bits(db);
  await term(db, "last_name", "weber", 0.1);
  const frequent = await bits(db);
  await term(db, "last_name", "weber", 0.0001);
  const rare = await bits(db);
  expect(frequent).toBeLessThan(usual);
  expect(rare).toBeGreaterThan(usual);
  expect(rare - frequent).toBeCloseTo(Math.log2(1000), 0);
});

test("the more people are known, the more must agree", async ({ db }) => {
  const usual = await bits(db);
  await db.query(
    "insert into app_private.match_statistics (boundary_id, records, counted_at) values ($1, 64000, now())",
    [await territoryId(db, "global")],
  );
  expect(usual - (await bits(db))).toBeCloseTo(6, 0); // log2 of 64 times the thousand that are taken for granted
});

test("another first name and nothing else in common contradicts, however like the rest is", async ({
  db,
}) => {
  await db.query("update app_private.identity_models set lower_probability = 0.5, upper_probability = 0.5");
  const [ana, eva] = await receive(db, [
    { attributes: { ...NAMED, birth_date: ANA.birth_date, email: "one@mail.example" } },
    { attributes: { ...NAMED, first_name: "Eva", birth_date: ANA.birth_date, email: "two@other.example" } },
  ]);
  expect(eva?.leadId).not.toBe(ana?.leadId);
});

/** How much speaks for it that two arrivals of one name and town are of one person. */
async function bits(db: ClientBase): Promise<number> {
  await db.query("savepoint before");
  await db.query(
    "update app_private.identity_models set lower_probability = 0.5, upper_probability = 0.9999999",
  );
  await db.query("update app_private.identity_models set household_bits = 40, prior_share = 0.9");
  await receive(db, [
    { attributes: { ...NAMED, email: "one@mail.example" } },
    { attributes: { ...NAMED, email: "two@other.example" } },
  ]);
  const answer = await oneValue<number>(
    db,
    "select (evidence ->> 'bits')::float as value from app_public.match_candidates",
  );
  await db.query("rollback to before");
  return answer;
}

async function term(db: ClientBase, field: string, value: string, share: number): Promise<void> {
  await db.query(
    `insert into app_private.match_terms (boundary_id, field, term, share) values ($1, $2, $3, $4)
     on conflict (boundary_id, field, term) do update set share = excluded.share`,
    [await territoryId(db, "global"), field, value, share],
  );
}
