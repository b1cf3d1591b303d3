import type { Client } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";
import { addRules } from "../support/territory_rules.ts";

const SEEN = `
  select (select count(*)::int from app_public.lead_merges) as merges,
         (select count(*)::int from app_public.match_candidates) as pairs,
         (select count(*)::int from app_public.exceptions where kind in ('possible_duplicate', 'territory_conflict')) as cases`;

test("place_pairs: when a lead moves, the old side keeps nothing that tells of it and another", async ({
  db,
}) => {
  const survivor = await leadOf(db, {});
  await merge(db, survivor, await leadOf(db, {}));
  const { doubtful } = await inDoubt(db);
  expect(await seenBy(db, "dora")).toEqual({ merges: 1, pairs: 1, cases: 1 });

  await move(db, [survivor, doubtful], "fr");
  expect(await seenBy(db, "dora")).toEqual({ merges: 0, pairs: 0, cases: 0 });
  expect(await seenBy(db, "felix")).toEqual({ merges: 0, pairs: 0, cases: 0 });
  expect(await seenBy(db, "mona")).toEqual({ merges: 1, pairs: 1, cases: 1 });
});

test("what a survivor does on its new side stays there, also when another merge of it is undone", async ({
  db,
}) => {
  const survivor = await leadOf(db, {});
  await merge(db, survivor, await leadOf(db, {}));
  await move(db, [survivor], "fr");
  const second = await leadOf(db, { country: "FR" });
  await merge(db, survivor, second);
  await unmerge(db, second);
  expect((await seenBy(db, "dora")).merges).toBe(0);
  expect((await seenBy(db, "felix")).merges).toBe(1);
});

test("a pair that comes together again lies where both are", async ({ db }) => {
  const { known, doubtful } = await inDoubt(db);
  await move(db, [doubtful], "fr");
  await move(db, [known, doubtful], "uk");
  expect(await seenBy(db, "dora")).toEqual({ merges: 0, pairs: 0, cases: 0 });
  expect(
    await oneValue(
      db,
      "select slug as value from app_public.match_candidates join app_public.territories on territories.id = match_candidates.territory_id",
    ),
  ).toBe("uk");
});

test("a touch that came from elsewhere is told where its place and the lead's new one meet", async ({
  db,
}) => {
  const lead = await leadOf(db, { email: "ana@mail.example" });
  await receiveOne(db, { attributes: { email: "ana@mail.example", country: "FR" } });
  await move(db, [lead], "us");
  const conflict = await oneRow(
    db,
    `select territories.slug from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
      where exceptions.kind = 'territory_conflict'`,
  );
  expect(conflict).toEqual({ slug: "global" });
});

test("by a realignment the open case goes to the operations of where the pair meets now", async ({ db }) => {
  await inDoubt(db);
  await db.query(
    "update app_public.exceptions set owner_team_id = teams.id from app_public.teams where teams.slug = 'sales-de'",
  );
  const revision = await addRules(db, [{ territory: "br", country: "DE" }]);
  await db.query("select app_private.schedule_realignment($1, $2, false, now(), now())", [
    await territoryId(db, "global"),
    revision,
  ]);
  await asWorker(db, () => db.query("select app_private.apply_realignments(now())"));
  const question = await oneRow(
    db,
    `select territories.slug as territory, exceptions.owner_team_id = app_private.operations_team(territories.id) as by_operations
       from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
      where exceptions.kind = 'possible_duplicate'`,
  );
  expect(question).toEqual({ territory: "br", by_operations: true });
});

async function leadOf(db: Client, attributes: Record<string, string>): Promise<string> {
  return (await receiveOne(db, { attributes: someone(attributes) })).leadId;
}

/** One name at one firm, with mailboxes that differ in a number. */
async function inDoubt(db: Client): Promise<{ known: string; doubtful: string }> {
  const ben = (n: number) =>
    leadOf(db, {
      first_name: "Ben",
      last_name: "Harlow",
      company_domain: "harlow.example",
      email: `ben${n}@harlow.example`,
    });
  return { known: await ben(1), doubtful: await ben(2) };
}

async function move(db: Client, leads: string[], slug: string): Promise<void> {
  const territory = await territoryId(db, slug);
  await asWorker(db, () =>
    db.query("update app_public.leads set territory_id = $2 where id = any ($1)", [leads, territory]),
  );
}

async function seenBy(db: Client, slug: string): Promise<{ merges: number; pairs: number; cases: number }> {
  await actAs(db, await actorId(db, slug));
  const seen = await oneRow<{ merges: number; pairs: number; cases: number }>(db, SEEN);
  await stopActing(db);
  return seen;
}
