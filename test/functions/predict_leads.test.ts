import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { bringEnded, type EndedLead } from "../support/ended_leads.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { addRoutingRules } from "../support/routing_rules.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

/** Of 200 referrals 160 were won, of 200 others 40: known to have happened, so every digit can be worked out. */
async function learned(db: ClientBase, territory = "de", boundary = "global"): Promise<void> {
  const lead = (channel: string, isWon: boolean): EndedLead => ({
    firstSeenAt: new Date("2026-01-01"),
    closedAt: new Date("2026-02-01"),
    isWon,
    channel,
    attributes: { country: "DE" },
  });
  const times = (count: number, one: EndedLead) => Array.from({ length: count }, () => one);
  await bringEnded(db, territory, [
    ...times(160, lead("referral", true)),
    ...times(40, lead("referral", false)),
    ...times(40, lead("display", true)),
    ...times(160, lead("display", false)),
  ]);
  await asWorker(db, async () =>
    db.query(
      "select app_private.apply_scoring_model($1, app_private.decide_scoring_model($1, now()), now())",
      [await territoryId(db, boundary)],
    ),
  );
}

const predictionOf = (db: ClientBase, leadId: string) =>
  allRows<{ chance: number; reasons: object[] }>(
    db,
    "select round(probability * 100)::int as chance, reasons from app_private.predict_leads(array[$1::uuid])",
    [leadId],
  );
const chanceOf = async (db: ClientBase, leadId: string) => (await predictionOf(db, leadId))[0]?.chance;

test("the chance of an arrival is that of its likes, with what spoke for it", async ({ db }) => {
  await learned(db);
  const good = await receiveOne(db, { attributes: someone({ channel: "Referral" }) });
  const poor = await receiveOne(db, { attributes: someone({ channel: "display" }) });
  expect(await chanceOf(db, good.leadId)).toBe(80);
  expect(await predictionOf(db, poor.leadId)).toEqual([
    { chance: 20, reasons: [{ feature: "channel", value: "display", odds: 0.25 }] },
  ]);
  // A value that nobody brought before says nothing.
  const strange = await receiveOne(db, { attributes: someone({ channel: "pigeon" }) });
  expect(await predictionOf(db, strange.leadId)).toEqual([{ chance: 50, reasons: [] }]);
});

test("without a model there is no prediction; another client's says nothing here", async ({ db }) => {
  await learned(db, "globex-nl", "globex");
  const { leadId } = await receiveOne(db, { attributes: someone({ channel: "referral" }) });
  expect(await predictionOf(db, leadId)).toEqual([]);
});

test("first_touch: only the first touch counts; a later one changes nothing", async ({ db }) => {
  await learned(db);
  const attributes = someone({ channel: "display", occurred_at: "2026-03-01T00:00:00Z" });
  const { leadId } = await receiveOne(db, { attributes });
  await receiveOne(db, {
    attributes: { ...attributes, channel: "referral", occurred_at: "2026-03-02T00:00:00Z" },
  });
  expect(await chanceOf(db, leadId)).toBe(20);
});

test("a merged lead takes its first touch to its survivor, and back again", async ({ db }) => {
  await learned(db);
  const first = await receiveOne(db, {
    attributes: someone({ channel: "referral", occurred_at: "2026-03-01T00:00:00Z" }),
  });
  const second = await receiveOne(db, { attributes: someone({ channel: "display" }) });
  await merge(db, second.leadId, first.leadId);
  expect([await chanceOf(db, second.leadId), await predictionOf(db, first.leadId)]).toEqual([80, []]);
  await unmerge(db, first.leadId);
  expect([await chanceOf(db, second.leadId), await chanceOf(db, first.leadId)]).toEqual([20, 80]);
});

test("of who was forgotten nothing is foretold, and no model holds a word of theirs", async ({ db }) => {
  await learned(db);
  const { leadId } = await receiveOne(db, { attributes: someone({ channel: "referral" }) });
  await asWorker(db, () =>
    db.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [leadId]),
  );
  expect(await predictionOf(db, leadId)).toEqual([]);
  expect(
    await oneRow(db, "select app_public.leads_fit_score(leads) as fit from app_public.leads where id = $1", [
      leadId,
    ]),
  ).toEqual({ fit: null });
});

test("use_scoring_model: a version, an earlier one, or none; one that is not there is refused", async ({
  db,
}) => {
  await learned(db);
  await learned(db);
  const boundaryId = await territoryId(db, "global");
  const use = (version: number | null) =>
    oneValue<boolean>(db, "select app_private.use_scoring_model($1, $2) as value", [boundaryId, version]);
  const active = () =>
    allRows(db, "select version from app_private.scoring_models where is_active and boundary_id = $1", [
      boundaryId,
    ]);
  expect(await active()).toEqual([{ version: 2 }]);
  expect(await use(1)).toBe(true);
  expect(await active()).toEqual([{ version: 1 }]);
  expect(await use(7)).toBe(false);
  expect(await active()).toEqual([{ version: 1 }]);
  expect(await use(null)).toBe(true);
  expect(await active()).toEqual([]);
});

test("leads_prediction: who sees the lead reads it, and nobody else", async ({ db }) => {
  await learned(db);
  const { leadId } = await receiveOne(db, { attributes: someone({ channel: "referral" }) });
  const row = await oneValue<string>(db, "select leads::text as value from app_public.leads where id = $1", [
    leadId,
  ]);
  const asked = async (actor: string) => {
    await actAs(db, await actorId(db, actor));
    const answer = await oneValue(
      db,
      "select (app_public.leads_prediction($1::app_public.leads)).score as value",
      [row],
    );
    await stopActing(db);
    return answer;
  };
  expect([await asked("dora"), await asked("mona"), await asked("felix"), await asked("nina")]).toEqual([
    80,
    80,
    null,
    null,
  ]);
});

test("routing_score: rules decide unless the nearest territory wants the prediction, and the decision says which", async ({
  db,
}) => {
  await learned(db);
  await addRoutingRules(db, [{ territory: "global", score_min: 60, team: "sales-emea" }]);
  const scoreOf = async () => {
    const { leadId } = await receiveOne(db, { attributes: someone({ channel: "referral" }) });
    return oneValue<object | null>(
      db,
      "select inputs -> 'routedBy' -> 'score' as value from app_public.decisions where lead_id = $1 and kind = 'route'",
      [leadId],
    );
  };
  const say = (slug: string, score: string | null) =>
    db.query("update app_public.territories set routing_score = $2 where slug = $1", [slug, score]);
  expect(await scoreOf()).toBeNull(); // 15 points
  await say("global", "predicted");
  expect(await scoreOf()).toEqual({ asked: 80, of: "predicted" }); // 80 percent
  await say("de", "rules");
  expect(await scoreOf()).toBeNull();
  await say("de", null);
  expect(await scoreOf()).toEqual({ asked: 80, of: "predicted" });
  await db.query("update app_private.scoring_models set is_active = false");
  expect(await scoreOf()).toBeNull(); // nothing to foretell it: the points again
});
