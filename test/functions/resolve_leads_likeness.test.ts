import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { type Arrival, receive, receiveOne } from "../support/arrivals.ts";
import { ANA, candidates } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

const email = (name: string) => ({ email: `${name}@mail.example` });

test.for([
  ["a slip in the name", { last_name: "Webber" }],
  ["a nickname", { first_name: "Anni" }],
  ["names in each other's fields", { first_name: "Weber", last_name: "Ana" }],
  ["a slip in the day of birth", { birth_date: "1984-03-28" }],
  ["another street", { street: "Am Markt 3" }],
  ["accents and case", { first_name: "ANÁ", last_name: "wEBER" }],
] as const)("%s does not hide who is else the same", async ([, change], { db }) => {
  const first = await receiveOne(db, { attributes: { ...ANA, ...email("one") } });
  const again = await receiveOne(db, { attributes: { ...ANA, ...change, ...email("two") } });
  expect(again).toMatchObject({ leadId: first.leadId, outcome: "touch_added" });
  expect(await candidates(db)).toEqual([]);
});

test.for([
  ["husband and wife", { first_name: "Ben", birth_date: "1982-11-02" }],
  ["twins", { first_name: "Eva" }],
  ["father and son", { birth_date: "1955-06-12" }],
  [
    "a namesake in another town",
    {
      birth_date: "1971-09-05",
      street: "Am Markt 3",
      city: "Kiel",
      postal_code: "24103",
    },
  ],
  ["a stranger of the same birthday", { first_name: "Ida", last_name: "Quast", street: "Am Markt 3" }],
] as const)("%s are never joined", async ([, change], { db }) => {
  const [one, other] = await receive(db, [
    { attributes: { ...ANA, ...email("one") } },
    { attributes: { ...ANA, ...change, ...email("two") } },
  ]);
  expect(other?.leadId).not.toBe(one?.leadId);
});

test("who is nobody's double raises no question", async ({ db }) => {
  await receive(db, [
    { attributes: { ...ANA, ...email("one") } },
    { attributes: { ...ANA, first_name: "Ben", birth_date: "1982-11-02", ...email("two") } },
  ]);
  expect(await candidates(db)).toEqual([]);
});

test("between the thresholds: a new lead, and one question to people with the evidence field by field", async ({
  db,
}) => {
  await between(db);
  const first = await receiveOne(db, { attributes: { ...ANA, ...email("one") } });
  const doubtful = await receiveOne(db, {
    path: "partner-feed",
    attributes: { ...ANA, last_name: "Webber", ...email("two") },
  });
  expect(doubtful.outcome).toBe("lead_created");
  const evidence = {
    bits: expect.any(Number),
    fields: {
      first_name: "same",
      last_name: "close",
      birth_date: "same",
      street: "same",
      city: "same",
      postal_code: "same",
      country: "same",
      email: "different",
    },
  };
  expect(await candidates(db)).toEqual([
    {
      lead_id: doubtful.leadId,
      other_lead_id: first.leadId,
      capture_id: doubtful.captureId,
      state: "open",
      territory: "de",
      evidence,
    },
  ]);
  const probability = await allValues<number>(
    db,
    "select probability as value from app_public.match_candidates",
  );
  expect(await questions(db)).toEqual([
    {
      team: "sales-de", // the execution owner of that door
      hours: 24,
      capture_id: doubtful.captureId,
      details: {
        lead_ids: [first.leadId, doubtful.leadId],
        evidence: [{ lead_id: first.leadId, probability: probability[0], ...evidence }],
      },
    },
  ]);
});

test("of one pair nobody is asked twice, whichever of both comes again", async ({ db }) => {
  await between(db);
  const attributes = { ...ANA, last_name: "Webber" };
  await receiveOne(db, { attributes: { ...ANA, ...email("one") } });
  await receiveOne(db, { attributes: { ...attributes, ...email("two") } });
  await receive(db, [
    { attributes: { ...ANA, ...email("one") } },
    { attributes: { ...attributes, ...email("two") } },
  ]);
  expect(await candidates(db)).toHaveLength(1);
  expect(await questions(db)).toHaveLength(1);
});

test("keys of two leads are one question, however often they come together", async ({ db }) => {
  const one = await receiveOne(db, { attributes: { ...email("one"), country: "DE" } });
  const other = await receiveOne(db, { attributes: { phone: "+4976112345", country: "DE" } });
  const both = { attributes: { ...email("one"), phone: "+4976112345", country: "DE" } };
  await receive(db, [both, both], { batchSize: 1 });
  await receive(db, [both]);
  expect(await candidates(db)).toMatchObject([{ lead_id: one.leadId, other_lead_id: other.leadId }]);
  expect(await questions(db)).toHaveLength(1);
});

test("whoever resolves the question without merging has said that they are two", async ({ db }) => {
  await between(db);
  await receiveOne(db, { attributes: { ...ANA, ...email("one") } });
  await receiveOne(db, { attributes: { ...ANA, last_name: "Webber", ...email("two") } });
  await actAs(db, await actorId(db, "mona"));
  await db.query("select app_public.resolve_exception(id, 'two people') from app_public.exceptions");
  await stopActing(db);
  expect(await candidates(db)).toMatchObject([{ state: "rejected" }]);
});

test("below the thresholds nobody is asked", async ({ db }) => {
  await db.query(
    "update app_private.identity_models set lower_probability = 0.99999, upper_probability = 0.999999",
  );
  await receive(db, [
    { attributes: { ...ANA, ...email("one") } },
    { attributes: { ...ANA, last_name: "Webber", ...email("two") } },
  ]);
  expect(await allRows(db, "select from app_public.leads")).toHaveLength(2);
  expect(await candidates(db)).toEqual([]);
});

test("whoever is the same in every field is somebody else to another client", async ({ db }) => {
  const acme = await receiveOne(db, { attributes: ANA });
  const globex = await receiveOne(db, { path: "globex-form", attributes: { ...ANA, country: "NL" } });
  expect(globex.leadId).not.toBe(acme.leadId);
  expect(await candidates(db)).toEqual([]);
});

test("a test never meets a person, nor a person a test", async ({ db }) => {
  const attributes = { ...ANA, ...email("one") };
  const person = await receiveOne(db, { attributes });
  const [trial, again] = await receive(db, [
    { attributes: { ...ANA, ...email("two") }, isTest: true },
    { attributes: { ...ANA, ...email("three") }, isTest: true },
  ]);
  expect(trial?.outcome).toBe("lead_created");
  expect(again?.leadId).toBe(trial?.leadId);
  expect((await receiveOne(db, { attributes: { ...ANA, ...email("four") } })).leadId).toBe(person.leadId);
});

test("doubt about a test is nobody's case", async ({ db }) => {
  await between(db);
  await receive(db, [
    { attributes: { ...ANA, ...email("one") }, isTest: true },
    { attributes: { ...ANA, last_name: "Webber", ...email("two") }, isTest: true },
  ]);
  expect(await candidates(db)).toEqual([]);
  expect(await questions(db)).toEqual([]);
});

test("without address and number, name and birth date are compared, and a chain of arrivals is one lead", async ({
  db,
}) => {
  const { street: _, postal_code: __, ...rest } = ANA;
  const received = await receive(db, [
    { attributes: ANA },
    { attributes: { ...ANA, last_name: "Webber" } },
    { attributes: { ...ANA, last_name: "Webber", street: "Lindenweg 41" } },
    { attributes: rest },
  ]);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(1);
});

test("nobody is like nobody: empty, absurd and hostile people are all different", async ({ db }) => {
  const texts = [
    "",
    "---",
    "\u200b",
    "\u202e",
    "😀😀😀",
    "'; drop table leads; --",
    "n/a",
    "null",
    "ا".repeat(100),
  ];
  const arrivals = texts.map((text, n) => ({
    attributes: {
      first_name: text,
      last_name: text,
      street: text,
      city: text,
      ...email(`n${n}`),
      country: "DE",
    },
  }));
  const received = await receive(db, arrivals);
  expect(new Set(received.map(({ leadId }) => leadId)).size).toBe(texts.length);
  expect(await candidates(db)).toEqual([]);
});

test("a batch ends as the same arrivals one by one", async ({ db }) => {
  const arrivals: Arrival[] = [
    { attributes: { ...ANA, ...email("one") } },
    { attributes: { ...ANA, last_name: "Webber", ...email("two") } },
    { attributes: { ...ANA, first_name: "Ben", birth_date: "1982-11-02", phone: "+4976112345" } },
    { attributes: { first_name: "Ana", last_name: "Weber", phone: "+4976112345", country: "DE" } },
    { attributes: { first_name: "Ida", last_name: "Quast", email: "info@quast.example", country: "DE" } },
    { attributes: { first_name: "Max", last_name: "Quast", email: "info@quast.example", country: "DE" } },
    { attributes: { ...ANA, street: "Am Markt 3", ...email("two") } },
    { attributes: { phone: "+4976112345", country: "DE" } },
    { attributes: { first_name: "Ida", last_name: "Quast", email: "info@quast.example", country: "DE" } },
  ];
  const outcomes = async (batchSize: number) => {
    await db.query("savepoint before");
    const received = await receive(db, arrivals, { batchSize });
    const places = received.map(({ leadId }) => received.findIndex((other) => other.leadId === leadId));
    const pairs = await candidates(db);
    const keys = await allRows(
      db,
      "select kind, is_shared from app_private.lead_identities order by value_hash",
    );
    const known = await allRows(
      db,
      "select last_name, cardinality(keys) as keys from app_private.match_records order by id",
    );
    await db.query("rollback to before");
    return { places, pairs: pairs.length, keys, known };
  };
  const oneByOne = await outcomes(1);
  expect(oneByOne.places).toEqual([0, 0, 2, 3, 4, 5, 0, 7, 4]);
  expect(await outcomes(arrivals.length)).toEqual(oneByOne);
  expect(await outcomes(4)).toEqual(oneByOne);
});

/** Likeness alone joins nobody any more: whoever is very like somebody is a question. */
async function between(db: ClientBase): Promise<void> {
  await db.query(
    "update app_private.identity_models set lower_probability = 0.9, upper_probability = 0.99999",
  );
}

function questions(db: ClientBase) {
  return allRows(
    db,
    `select teams.slug as team, exceptions.capture_id, exceptions.details,
            (extract(epoch from exceptions.due_at - exceptions.opened_at) / 3600)::int as hours
       from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id
      where exceptions.kind = 'possible_duplicate' order by exceptions.id`,
  );
}
