import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { LeadScoresDocument } from "../../graphql/generated/graphql.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { territoryId } from "../support/acme.ts";
import { arrive } from "../support/arrive.ts";
import { bringEnded, type EndedLead } from "../support/ended_leads.ts";
import { test } from "./serve.ts";

const WON_HERE = {
  firstSeenAt: new Date("2026-01-01"),
  closedAt: new Date("2026-02-01"),
  attributes: { country: "DE" },
};

test("a lead tells its scores, each with its reasons, and what was learned only once it was", async ({
  api,
  database,
}) => {
  const { leadId } = await arrive(database, {
    path: "web-form",
    attributes: {
      email: `${randomUUID()}@mail.example`,
      country: "DE",
      phone: "+4930901820",
      message: "Please call.",
      channel: "referral",
    },
  });
  const ask = (who: string | null, id = leadId) => api.ask(who, LeadScoresDocument, { leadId: id ?? "" });
  const scores = {
    score: 45,
    fitScore: 30,
    engagementScore: 15,
    scoreReasons: [
      { points: 15, reason: "Phone given", part: "fit" },
      { points: 15, reason: "Country in focus", part: "fit" },
      { points: 15, reason: "Wrote a message", part: "engagement" },
    ],
  };
  expect((await ask("dora")).data.lead).toEqual({ rowId: leadId, ...scores, prediction: null });

  await withConnection(database.urls.worker, async (worker) => {
    const times = (count: number, channel: string, isWon: boolean): EndedLead[] =>
      Array.from({ length: count }, () => ({ ...WON_HERE, channel, isWon }));
    await bringEnded(worker, "de", [
      ...times(160, "referral", true),
      ...times(40, "referral", false),
      ...times(40, "display", true),
      ...times(160, "display", false),
    ]);
    await worker.query(
      "select app_private.apply_scoring_model($1, app_private.decide_scoring_model($1, now()), now())",
      [await territoryId(worker, "global")],
    );
  });
  expect((await ask("dora")).data.lead).toEqual({
    rowId: leadId,
    ...scores, // which a prediction does not change
    prediction: {
      score: 80,
      reasons: [{ feature: "channel", value: "referral", odds: expect.closeTo(4, 0) }],
      modelVersion: 1,
      trainedAt: expect.any(String),
    },
  });

  const absent = await ask("felix", randomUUID());
  for (const stranger of ["felix", "nina", null]) expect((await ask(stranger)).text).toBe(absent.text);
});
