import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { bringEnded } from "../support/ended_leads.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

async function featuresOf(db: ClientBase, leadId: string): Promise<Record<string, string>> {
  const rows = await allRows<{ feature: string; value: string }>(
    db,
    `select features.feature, features.value
       from app_private.first_touch($1) as touch cross join lateral app_private.features_of(touch) as features
      where features.value <> ''`,
    [leadId],
  );
  return Object.fromEntries(rows.map(({ feature, value }) => [feature, value]));
}

test("what a touch told, without what names a person", async ({ db }) => {
  const { leadId } = await receiveOne(db, {
    attributes: {
      first_name: "Ana",
      last_name: "Weber",
      email: "ana@beispiel.example",
      phone: "+4930901820",
      company: "Beispiel GmbH",
      company_domain: "beispiel.example",
      employees: 249,
      country: "DE",
      language: "de-AT",
      message: "Call me at night",
      medium: "CPC",
      landing_page: "https://www.acme.example/Offer?email=ana@beispiel.example#top",
      value_amount: "900.00",
    },
  });
  expect(await featuresOf(db, leadId)).toEqual({
    source: "web-form",
    medium: "cpc",
    "landing page": "https://www.acme.example/offer",
    country: "de",
    language: "de-at",
    employees: "50-249",
    company: "told",
    "company domain": "told",
    "e-mail": "told",
    phone: "told",
    "both names": "told",
    message: "told",
  });
});

test.for([
  [0, "under 10"],
  [9, "under 10"],
  [10, "10-49"],
  [999, "250-999"],
  [1_000, "1000 or more"],
] as const)("a company of %i is one of %s", async ([employees, band], { db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ employees }) });
  expect((await featuresOf(db, leadId)).employees).toBe(band);
});

test("scoring_examples: ended leads of one client, known by then; scoring_points: what the rules give their first touch", async ({
  db,
}) => {
  const ended = (day: string, isWon: boolean) => ({
    firstSeenAt: new Date(`${day}T00:00:00Z`),
    closedAt: new Date(`${day}T12:00:00Z`),
    isWon,
    attributes: { country: "DE", phone: "+49" },
  });
  const [, early, late] = await bringEnded(db, "de", [
    { ...ended("2026-01-01", true), closedAt: null },
    ended("2026-01-02", false),
    ended("2026-02-02", true),
  ]);
  await bringEnded(db, "globex-nl", [ended("2026-01-03", true)]);
  await receive(db, [{ attributes: someone() }]);
  const examples = (since: string | null, asOf: string) =>
    allRows(db, "select lead_id, is_won, points from app_private.scoring_points($1, $2, $3)", [
      boundaryId,
      since,
      asOf,
    ]);
  const boundaryId = await territoryId(db, "global");
  expect(await examples(null, "2026-01-31")).toEqual([{ lead_id: early, is_won: false, points: 30 }]);
  expect(await examples("2026-01-31", "2026-03-01")).toEqual([{ lead_id: late, is_won: true, points: 30 }]);
  expect(await examples("2026-01-31", "2026-02-01")).toEqual([]);
});
