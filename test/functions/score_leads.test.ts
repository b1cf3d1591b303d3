import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { merge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { addScoringRules } from "../support/scoring_rules.ts";

const ANA = { email: "ana@mail.example", country: "DE" };
const lead = (db: Parameters<typeof oneRow>[0]) =>
  oneRow(db, "select score, score_reasons from app_public.leads");

test("a new lead has the score of its first arrival", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901820" } });
  expect(await lead(db)).toEqual({
    score: 30,
    score_reasons: [
      { points: 15, reason: "Phone given", part: "fit" },
      { points: 15, reason: "Country in focus", part: "fit" },
    ],
  });
});

test("the best touch counts, with its own reasons; a lesser one changes nothing", async ({ db }) => {
  await receive(db, [
    { attributes: ANA },
    { attributes: { ...ANA, medium: "cpc" } },
    { attributes: { ...ANA, employees: 50 } },
    { attributes: { ...ANA, company: "Beispiel" } },
  ]);
  const best = {
    score: 35,
    score_reasons: [
      { points: 15, reason: "Country in focus", part: "fit" },
      { points: 20, reason: "50 employees or more", part: "fit" },
    ],
  };
  expect(await lead(db)).toEqual(best);
  await receiveOne(db, { attributes: { ...ANA, medium: "cpc" } });
  expect(await lead(db)).toEqual(best);
});

test("a touch from elsewhere is scored by the rules of the lead's own territory", async ({ db }) => {
  await receiveOne(db, { attributes: ANA });
  await receiveOne(db, { attributes: { email: ANA.email, country: "US", language: "de" } });
  expect(await lead(db)).toMatchObject({ score: 20 }); // country in focus 15, writes German 5
});

test("a second run leaves every score alone", async ({ db }) => {
  const ids = (await receive(db, [{ attributes: ANA }, { attributes: someone() }])).map(
    (one) => one.captureId,
  );
  const before = await allRows(db, "select * from app_public.leads order by id");
  await asWorker(db, () =>
    db.query("select app_private.score_leads($1, app_private.current_revision())", [ids]),
  );
  expect(await allRows(db, "select * from app_public.leads order by id")).toEqual(before);
});

test("fit and engagement stand apart, and a rule may count touches", async ({ db }) => {
  await addScoringRules(db, [
    { part: "engagement", points: 25, reason: "Came again", touches_min: 2 },
    {
      part: "engagement",
      points: 30,
      reason: "Wrote when they came a third time",
      touches_min: 3,
      condition: "exists($.message)",
    },
  ]);
  const parts = () =>
    oneRow(
      db,
      `select leads.score, app_public.leads_fit_score(leads) as fit, app_public.leads_engagement_score(leads) as engagement
         from app_public.leads`,
    );
  await receiveOne(db, { attributes: ANA });
  expect(await parts()).toEqual({ score: 15, fit: 15, engagement: 0 });
  await receiveOne(db, { attributes: { ...ANA, message: "Still waiting" } });
  expect(await parts()).toEqual({ score: 55, fit: 15, engagement: 40 }); // a message is worth 15 by itself
  await receive(db, [{ attributes: ANA }, { attributes: { ...ANA, message: "Still waiting" } }]);
  expect(await parts()).toEqual({ score: 85, fit: 15, engagement: 70 });
  const before = await oneRow(db, "select score, score_reasons from app_public.leads");
  await asWorker(db, () =>
    db.query(
      "select app_private.rescore_leads(array(select id from app_public.leads), app_private.current_revision())",
    ),
  );
  expect(await oneRow(db, "select score, score_reasons from app_public.leads")).toEqual(before);
});

test("of one batch each touch counts those before it, and touches of a merged lead count from the next one on", async ({
  db,
}) => {
  await addScoringRules(db, [{ part: "engagement", points: 25, reason: "Came again", touches_min: 2 }]);
  await receive(db, [{ attributes: ANA }, { attributes: ANA }]);
  expect(await lead(db)).toMatchObject({ score: 40 });
  const one = await receiveOne(db, { attributes: someone() });
  const other = await receiveOne(db, { attributes: someone() });
  await merge(db, one.leadId, other.leadId);
  const scoreOf = () => oneRow(db, "select score from app_public.leads where id = $1", [one.leadId]);
  expect(await scoreOf()).toEqual({ score: 15 });
  await receiveOne(db, { attributes: await attributesOf(db, one.leadId) });
  expect(await scoreOf()).toEqual({ score: 40 });
});

async function attributesOf(db: Parameters<typeof oneRow>[0], leadId: string) {
  const { email } = await oneRow<{ email: string }>(db, "select email from app_public.leads where id = $1", [
    leadId,
  ]);
  return { email, country: "DE" };
}
