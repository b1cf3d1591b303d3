import type { ClientBase } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { absent, limitTo, switchOff } from "../support/staff.ts";

const ACME = { company_domain: "acme.example" };

test("a company that somebody looks after keeps that owner, and no turn is used up", async ({ db }) => {
  await account(db, { territory: "de", owner: "dieter" });
  const people = [someone(), someone(ACME), someone(ACME), someone(), someone(ACME), someone()];
  expect(await ownersOf(db, people)).toEqual(["dora", "dieter", "dieter", "dirk", "dieter", "doris"]);
  expect(await ownersOf(db, [someone(), someone()])).toEqual(["dieter", "dora"]);
});

test("in one batch or one by one, the same owners", async ({ db }) => {
  await account(db, { territory: "de", owner: "doris" });
  const people = Array.from({ length: 11 }, (_, n) => someone(n % 3 === 1 ? ACME : {}));
  await db.query("savepoint trial");
  const atOnce = await ownersOf(db, people);
  await db.query("rollback to savepoint trial");
  expect(await ownersOf(db, people, 1)).toEqual(atOnce);
});

test("the decision says whose company it is, and why the others wait", async ({ db }) => {
  await account(db, { territory: "de", owner: "dirk" });
  await receive(db, [{ attributes: someone() }]);
  const { leadId } = await receiveOne(db, { attributes: someone(ACME) });
  const decision = await decisionOf(db, leadId);
  expect(decision).toMatchObject({
    action: "assign",
    reason: "Assigned to dirk, who looks after acme.example.",
  });
  expect(decision.candidates).toContainEqual({
    actor: "dirk",
    chosen: true,
    reason: "looks after acme.example",
  });
  expect(decision.candidates.filter(({ chosen }) => chosen)).toHaveLength(1);
});

test("the nearest account counts: that of the market before that of the region", async ({ db }) => {
  await account(db, { territory: "emea", owner: "mona" });
  expect(await ownersOf(db, [someone(ACME)])).toEqual(["mona"]);
  await account(db, { territory: "de", owner: "dirk" });
  expect(await ownersOf(db, [someone(ACME), someone({ ...ACME, country: "FR" })])).toEqual(["dirk", "mona"]);
});

test("an account elsewhere, of another client, on hold, former or without an owner chooses nobody", async ({
  db,
}) => {
  await account(db, { territory: "fr", owner: "felix" });
  await account(db, { territory: "globex", owner: "nina" });
  expect(await ownersOf(db, [someone(ACME)])).toEqual(["dora"]);
  for (const given of [{ status: "on_hold" }, { status: "former" }, { owner: null }]) {
    await db.query("savepoint trial");
    await account(db, { territory: "de", owner: "dieter", ...given });
    expect(await ownersOf(db, [someone(ACME)])).toEqual(["dirk"]);
    await db.query("rollback to savepoint trial");
  }
});

test("an owner who is away, gone or has no business there is passed over, and the decision says so", async ({
  db,
}) => {
  await account(db, { territory: "de", owner: "dieter" });
  await absent(db, ["dieter"], new Date("2199-12-31T18:00:00Z"));
  const away = await receiveOne(db, { attributes: someone(ACME) });
  expect(await decisionOf(db, away.leadId)).toMatchObject({ owner: "dora" });
  expect((await decisionOf(db, away.leadId)).candidates).toContainEqual({
    actor: "dieter",
    chosen: false,
    reason: "looks after acme.example, but is absent until 2199-12-31 18:00 UTC",
  });
  await switchOff(db, ["dieter"]);
  const gone = await receiveOne(db, { attributes: someone(ACME) });
  expect((await decisionOf(db, gone.leadId)).candidates).toContainEqual(
    expect.objectContaining({ actor: "dieter", reason: "looks after acme.example, but is switched off" }),
  );
  await account(db, { territory: "de", owner: "felix" });
  const stranger = await receiveOne(db, { attributes: someone(ACME) });
  expect((await decisionOf(db, stranger.leadId)).candidates).toContainEqual(
    expect.objectContaining({
      actor: "felix",
      reason: "looks after acme.example, but may not work leads there",
    }),
  );
});

test("where nobody else is there, a known company still finds its owner; so does one that nobody deals", async ({
  db,
}) => {
  await account(db, { territory: "emea", owner: "mona" });
  for (const slug of ["dora", "dirk", "doris", "dieter"]) await limitTo(db, slug, 0);
  expect(await ownersOf(db, [someone(ACME), someone()])).toEqual(["mona", null]);
  await db.query("update app_public.teams set takes_leads = false");
  expect(await ownersOf(db, [someone(ACME), someone()])).toEqual(["mona", null]);
});

test("a second touch stays with the owner of the lead, whoever looks after the company by then", async ({
  db,
}) => {
  const person = someone(ACME);
  expect(await ownersOf(db, [person])).toEqual(["dora"]);
  await account(db, { territory: "de", owner: "dieter" });
  expect(await ownersOf(db, [person])).toEqual(["dora"]);
});

/** Owners in order of arrival. */
async function ownersOf(db: ClientBase, people: Record<string, string | number>[], batchSize?: number) {
  const received = await receive(
    db,
    people.map((attributes) => ({ attributes })),
    batchSize === undefined ? {} : { batchSize },
  );
  const owners = await allRows<{ id: string; slug: string | null }>(
    db,
    "select leads.id, actors.slug from app_public.leads left join app_public.actors on actors.id = leads.owner_id",
  );
  return received.map(({ leadId }) => owners.find(({ id }) => id === leadId)?.slug);
}

type Candidate = { actor: string; chosen: boolean; reason: string };

async function decisionOf(db: ClientBase, leadId: string) {
  return oneRow<{ action: string; owner: string; reason: string; candidates: Candidate[] }>(
    db,
    `select action, actors.slug as owner, reason, candidates from app_public.decisions
       left join app_public.actors on actors.id = decisions.owner_id where lead_id = $1`,
    [leadId],
  );
}
