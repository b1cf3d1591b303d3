import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";
import { addScoringRules } from "../support/scoring_rules.ts";

test("points add up, each with its reason, in the order of the rules", async ({ db }) => {
  expect(await score(db, "us", { company: "Beispiel", phone: "+1212", medium: "cpc" })).toEqual({
    score: 30,
    reasons: [
      { points: 10, reason: "Company given", part: "fit" },
      { points: 15, reason: "Phone given", part: "fit" },
      { points: 5, reason: "Came by paid search", part: "engagement" },
    ],
  });
});

test("rules of a territory count below it, and nowhere else", async ({ db }) => {
  const attributes = { language: "de-AT", phone: "+4930901820" };
  const reasons = async (territory: string) => (await score(db, territory, attributes)).reasons.map(reasonOf);
  expect(await reasons("de")).toEqual(["Phone given", "Writes German"]);
  expect(await reasons("fr")).toEqual(["Phone given"]);
  expect(await score(db, "globex-nl", attributes)).toEqual({
    score: 20,
    reasons: [{ points: 20, reason: "Phone given", part: "fit" }],
  });
});

test("nothing that counts is no points, not an unknown number", async ({ db }) => {
  expect(await score(db, "de", {})).toEqual({ score: 0, reasons: [] });
});

test("a score ends at 100 and at 0, and the reasons say what was cut", async ({ db }) => {
  const best = await score(db, "de", {
    company_domain: "beispiel.example",
    company: "Beispiel",
    phone: "+4930901820",
    first_name: "Ana",
    last_name: "Weber",
    country: "DE",
    message: "x".repeat(80),
    employees: 50,
    language: "de",
  });
  expect(best.score).toBe(100);
  expect(best.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(110);
  expect(await score(db, "us", { message: "my job application" })).toMatchObject({
    score: 0,
    reasons: [{ points: 15 }, { points: -20 }],
  });
});

test("an unknown revision knows no rules", async ({ db }) => {
  expect(await score(db, "de", { company: "Beispiel" }, 0)).toEqual({ score: 0, reasons: [] });
});

test("every reason says its part, and a rule of touches waits for them", async ({ db }) => {
  await addScoringRules(db, [{ part: "engagement", points: 25, reason: "Came again", touches_min: 2 }]);
  const points = async (touches: number) =>
    oneRow<Scored>(
      db,
      "select * from app_private.decide_score('{}', $1, app_private.current_revision(), $2)",
      [await territoryId(db, "de"), touches],
    );
  expect(await points(1)).toEqual({ score: 0, reasons: [] });
  expect(await points(2)).toEqual({
    score: 25,
    reasons: [{ points: 25, reason: "Came again", part: "engagement" }],
  });
});

type Scored = { score: number; reasons: { points: number; reason: string }[] };

async function score(db: ClientBase, territory: string, attributes: object, revision?: number) {
  return oneRow<Scored>(
    db,
    "select * from app_private.decide_score($1, $2, coalesce($3, app_private.current_revision()))",
    [attributes, await territoryId(db, territory), revision],
  );
}

function reasonOf({ reason }: { reason: string }): string {
  return reason;
}
