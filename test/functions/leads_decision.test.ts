import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { addGateRules } from "../support/gate_rules.ts";
import { test } from "../support/rolled_back.ts";
import { addRoutingRules } from "../support/routing_rules.ts";
import { oneRow } from "../support/rows.ts";
import { absent, limitTo } from "../support/staff.ts";

test("a lead says whose it is, by what, and why not somebody else's", async ({ db }) => {
  await absent(db, ["dirk"], new Date("2199-12-31T18:00:00Z"));
  await limitTo(db, "doris", 0);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await told(db, "dora", leadId)).toEqual({
    action: "assign",
    owner: "dora",
    explanation:
      "Assigned to dora: next in turn of team sales-de. Not taken: dieter waits: dora is next in turn; dirk is absent until 2199-12-31 18:00 UTC; doris is at capacity: 0 of 0 open leads.",
  });
});

test("a lead says whose condition could not be evaluated", async ({ db }) => {
  await addGateRules(db, [{ territory: "de", condition: "$.segment > 5", result: "blocked" }]);
  await addRoutingRules(db, [
    { territory: "de", condition: "$.segment.double() > 5", person: "dieter" },
    { territory: "de", person: "doris" },
  ]);
  const { leadId } = await receiveOne(db, { attributes: someone({ segment: "many" }) });
  const { explanation } = await told(db, "dora", leadId);
  expect(explanation).toMatch(
    /^Assigned to doris, who is named by routing rule 2\. No match, since the condition could not be evaluated: gate rule 1, routing rule with id \d+\.$/,
  );
});

test("a touch later the decision is still the one that gave the owner", async ({ db }) => {
  const attributes = someone();
  const [first] = await receive(db, [{ attributes }, { attributes }]);
  expect(await told(db, "dora", first?.leadId ?? "")).toMatchObject({ action: "assign", owner: "dora" });
});

test("a person's decision names them", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await actAs(db, await actorId(db, "mona"));
  await db.query("select app_public.reassign_lead($1, 'dieter', 'Knows them')", [leadId]);
  expect(await told(db, "dieter", leadId)).toEqual({
    action: "reassign",
    owner: "dieter",
    explanation: "Knows them (mona).",
  });
});

test("a decision that begins with who decided names them once", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await actAs(db, await actorId(db, "dora"));
  await db.query("select app_public.decline_lead($1, 'On the road')", [leadId]);
  const { explanation } = await told(db, "dirk", leadId);
  expect(explanation).toMatch(
    /^dora declined it: On the road\. Assigned to dirk: next in turn of team sales-de\. Not taken: /,
  );
});

test("who does not see the lead hears nothing of it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await actAs(db, await actorId(db, "felix"));
  const { rows } = await db.query(
    "select app_public.leads_explanation(leads) from app_public.leads where id = $1",
    [leadId],
  );
  expect(rows).toEqual([]);
  await stopActing(db);
});

async function told(db: Client, slug: string, leadId: string) {
  await stopActing(db);
  await actAs(db, await actorId(db, slug));
  const row = await oneRow(
    db,
    `select decided.action, actors.slug as owner, app_public.leads_explanation(leads) as explanation
       from app_public.leads cross join lateral app_public.leads_decision(leads) as decided
       left join app_public.actors on actors.id = decided.owner_id where leads.id = $1`,
    [leadId],
  );
  await stopActing(db);
  return row;
}
