import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows, oneRow } from "../support/rows.ts";

const ANA = { email: "ana@mail.example", country: "DE" };
const lead = (db: Parameters<typeof oneRow>[0]) =>
  oneRow(db, "select score, score_reasons from app_public.leads");

test("a new lead has the score of its first arrival", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, phone: "+4930901820" } });
  expect(await lead(db)).toEqual({
    score: 30,
    score_reasons: [
      { points: 15, reason: "Phone given" },
      { points: 15, reason: "Country in focus" },
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
      { points: 15, reason: "Country in focus" },
      { points: 20, reason: "50 employees or more" },
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
