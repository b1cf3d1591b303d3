import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";

test.for([
  ["de", "web-form", "first-response-de-web"],
  ["de", "desk", "first-response"],
  ["uk", "web-form", "first-response"],
  ["globex-nl", "globex-form", "first-response-globex"],
] as const)("a lead of %s by %s follows %s", async ([territory, source, expected], { db }) => {
  expect(await decide(db, territory, source)).toBe(expected);
});

test("the nearest territory wins before the source, the source before the status", async ({ db }) => {
  const winners: (string | undefined)[] = [];
  for (const policy of [
    { slug: "far-source", territory: "emea", source: "desk", status: "new" },
    { slug: "near", territory: "fr" },
    { slug: "near-status", territory: "fr", status: "new" },
    { slug: "near-source", territory: "fr", source: "desk" },
    { slug: "near-both", territory: "fr", source: "desk", status: "new" },
  ]) {
    await addPolicy(db, policy);
    winners.push(await decide(db, "fr", "desk"));
  }
  expect(winners).toEqual(["far-source", "near", "near-status", "near-source", "near-both"]);
});

test("a retired policy and one for another status decide nothing", async ({ db }) => {
  await addPolicy(db, { slug: "for-contacted", territory: "fr", status: "contacted" });
  await addPolicy(db, { slug: "retired", territory: "fr" });
  await db.query("update app_public.sla_policies set is_active = false where slug = 'retired'");
  expect(await decide(db, "fr", "desk")).toBe("first-response");
});

test("where no policy applies there is none", async ({ db }) => {
  await db.query("update app_public.sla_policies set is_active = false");
  expect(await decide(db, "fr", "desk")).toBeUndefined();
});

type Policy = { slug: string; territory: string; source?: string; status?: string };

async function addPolicy(db: ClientBase, { slug, territory, source, status }: Policy): Promise<void> {
  await db.query(
    `insert into app_public.sla_policies (slug, territory_id, source, status, target_seconds)
     values ($1, $2, $3, $4, 60)`,
    [slug, await territoryId(db, territory), source, status],
  );
}

async function decide(db: ClientBase, territory: string, source: string): Promise<string | undefined> {
  const [slug] = await allValues<string>(
    db,
    "select slug as value from app_private.decide_policy('first_response', $1, $2, 'new')",
    [await territoryId(db, territory), source],
  );
  return slug;
}
