import { expect } from "vitest";
import { FIELDS, LEVELS, type Model } from "../../src/identity/estimate.ts";
import { readModel } from "../../src/identity/models.ts";
import { train } from "../../src/identity/train.ts";
import { territoryId } from "../support/acme.ts";
import { compared } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";

const FIRST = ["ana", "bruno", "carla", "dieter", "elena", "fabian", "greta", "hakan", "ines", "jonas"];
const LAST = ["weber", "huber", "schmidt", "quast", "lorenz", "vogt", "brandt", "keller", "arndt", "pohl"];
const SAME = 4;
const CLOSE = 3;

test("of a small crowd in which one in three came twice, misspelled, the shares are learned", async ({
  db,
}) => {
  const shipped = await readModel(db, await territoryId(db, "global"));
  const people = crowd(300).map(compared);
  const { model: trained, pairs } = await train(db, people, shipped);
  expect(pairs).toBe(100);
  expect(shareOf(trained, "last_name", CLOSE)).toBeGreaterThan(2 * shareOf(shipped, "last_name", CLOSE));
  expect(shareOf(trained, "birth_date", SAME)).toBeGreaterThan(shareOf(shipped, "birth_date", SAME));
  // Half of the people have one of ten last names: agreeing on one proves less than among everybody.
  expect(strangersAgree(trained, "last_name")).toBeGreaterThan(strangersAgree(shipped, "last_name"));
  expect(trained.household).toEqual(shipped.household);
  expect((await train(db, people, shipped)).model).toEqual(trained); // chance is the same every time
});

test("what agreement of names proves is learned within a country, that of places among all", async ({
  db,
}) => {
  const shipped = await readModel(db, await territoryId(db, "global"));
  const inCountry = (country: string) => (person: Record<string, string>) => ({ ...person, country });
  const apart = (person: Record<string, string>) => ({ ...person, last_name: `${person.last_name}ova` });
  const poles = crowd(400).map(inCountry("PL"));
  const alone = await train(db, poles.map(compared), shipped);
  const beside = await train(
    db,
    [...poles, ...crowd(400).map(inCountry("CZ")).map(apart)].map(compared),
    shipped,
  );
  expect(strangersAgree(beside.model, "last_name")).toBeCloseTo(strangersAgree(alone.model, "last_name"), 2);
  expect(strangersAgree(beside.model, "last_name")).toBeGreaterThan(0.04); // two countries would halve it
});

test("nobody, or one person, leaves the model as it was", async ({ db }) => {
  const shipped = await readModel(db, await territoryId(db, "global"));
  for (const people of [[], crowd(1).slice(0, 1).map(compared)]) {
    const { model, pairs } = await train(db, people, shipped);
    expect(pairs).toBe(0);
    expect(model.same).toEqual(shipped.same.map((share) => expect.closeTo(share, 5)));
    expect([...model.strangers, model.householdBits, model.priorShare].every(Number.isFinite)).toBe(true);
  }
});

/** Every third comes a second time with a slip in the last name. */
function crowd(size: number): Record<string, string>[] {
  return Array.from({ length: size }, (_, n) => {
    const last = LAST[Math.floor(n / 10) % 10] ?? "";
    const person = {
      first_name: FIRST[n % 10] ?? "",
      last_name: last,
      birth_date: `19${50 + (n % 49)}-${String(1 + (n % 12)).padStart(2, "0")}-${String(1 + ((n * 7) % 28)).padStart(2, "0")}`,
      postal_code: String(10_000 + n * 37),
    };
    return n % 3 === 0 ? [person, { ...person, last_name: `${last}x` }] : [person];
  }).flat();
}

function shareOf({ same }: Model, field: (typeof FIELDS)[number], level: number): number {
  return same[FIELDS.indexOf(field) * LEVELS + level] ?? Number.NaN;
}

function strangersAgree({ strangers }: Model, field: (typeof FIELDS)[number]): number {
  return strangers[FIELDS.indexOf(field) * LEVELS + SAME] ?? Number.NaN;
}
