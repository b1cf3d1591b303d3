import type { ClientBase } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { addRoutingRules, type RoutingRule } from "../support/routing_rules.ts";
import { oneRow } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const UNTIL = new Date("2199-12-31T18:00:00Z");

test("a rule gives a lead to another team than its territory's, whose turn moves and not the other's", async ({
  db,
}) => {
  await addRoutingRules(db, [{ territory: "de", segment: "public", team: "sales-emea" }]);
  const [usual, ruled] = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ segment: "public" }) },
  ]);
  expect(await decisionOf(db, ruled?.leadId)).toMatchObject({
    owner: "mona",
    team: "sales-emea",
    turn: 1,
    reason: "Assigned to mona: next in turn of team sales-emea, by routing rule 1.",
    routed_by: { rule: expect.any(Number), position: 1 },
  });
  expect(await decisionOf(db, usual?.leadId)).toMatchObject({ owner: "dora", turn: 1, routed_by: null });
});

test("a rule names a person, outside of the deal", async ({ db }) => {
  await addRoutingRules(db, [{ territory: "de", language: "de-AT", person: "doris" }]);
  const leads = await receive(db, [
    { attributes: someone({ language: "de-AT" }) },
    { attributes: someone() },
    { attributes: someone({ language: "de-AT" }) },
  ]);
  const [first, second, third] = [
    await decisionOf(db, leads[0]?.leadId),
    await decisionOf(db, leads[1]?.leadId),
    await decisionOf(db, leads[2]?.leadId),
  ];
  expect([first.owner, second.owner, third.owner]).toEqual(["doris", "dora", "doris"]);
  expect(first).toMatchObject({ reason: "Assigned to doris, who is named by routing rule 1.", turn: null });
  expect(first.candidates).toContainEqual({
    actor: "doris",
    chosen: true,
    reason: "is named by routing rule 1",
  });
  expect(first.candidates.filter(({ actor }) => actor === "doris")).toHaveLength(1);
});

test("fitness_of: is the person away, the lead is dealt, and the decision says both", async ({ db }) => {
  await addRoutingRules(db, [{ territory: "de", person: "doris" }]);
  await absent(db, ["doris"], UNTIL);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const decision = await decisionOf(db, leadId);
  expect(decision).toMatchObject({ owner: "dora", routed_by: { position: 1 } });
  expect(decision.candidates.filter(({ actor }) => actor === "doris")).toEqual([
    {
      actor: "doris",
      chosen: false,
      reason: "is named by routing rule 1, but is absent until 2199-12-31 18:00 UTC",
    },
  ]);
});

test("decide_owners: who looks after the company comes before any rule, unless they are away", async ({
  db,
}) => {
  await account(db, { territory: "de", owner: "dieter" });
  await addRoutingRules(db, [{ territory: "de", person: "doris" }]);
  const person = () => someone({ company_domain: "acme.example" });
  const { leadId } = await receiveOne(db, { attributes: person() });
  expect(await decisionOf(db, leadId)).toMatchObject({ owner: "dieter", routed_by: null });
  await absent(db, ["dieter"], UNTIL);
  const later = await receiveOne(db, { attributes: person() });
  const { owner, candidates } = await decisionOf(db, later.leadId);
  expect([owner, candidates.map(({ actor, chosen }) => [actor, chosen])]).toEqual([
    "doris",
    [
      ["dieter", false],
      ["doris", true],
    ],
  ]);
});

test("candidate_targets: nearest territory first, then the most specific, then the list; other territories not at all", async ({
  db,
}) => {
  const rules: RoutingRule[] = [
    { territory: "emea", segment: "public", language: "de", person: "mona" },
    { territory: "de", person: "dora" },
    { territory: "de", segment: "public", person: "dirk" },
    { territory: "de", language: "de", person: "doris" },
    { territory: "de", segment: "public", language: "de", score_min: 100, person: "dieter" },
    { territory: "fr", segment: "public", language: "de", person: "felix" },
  ];
  await addRoutingRules(db, rules);
  const ask = async (more: Record<string, string>) =>
    (await decisionOf(db, (await receiveOne(db, { attributes: someone(more) })).leadId)).owner;
  expect(await ask({})).toBe("dora");
  expect(await ask({ segment: "public" })).toBe("dirk");
  expect(await ask({ segment: "public", language: "de" })).toBe("dirk"); // as specific, and before
  expect(await ask({ language: "de" })).toBe("doris");
  expect(await ask({ country: "GB", segment: "public", language: "de" })).toBe("mona");
  expect(await ask({ country: "US", segment: "public", language: "de" })).toBe("uma");
});

test("by source, country, score and condition; both ends of the score included", async ({ db }) => {
  await addRoutingRules(db, [
    { territory: "emea", source: "google-ads", person: "mona" },
    { territory: "de", country: "DE", score_min: 7, score_max: 9, person: "dirk" },
    { territory: "de", condition: "$.employees >= 50", person: "dieter" },
  ]);
  const ask = async (score: number, more: Record<string, string | number>) => {
    await db.query("savepoint trial");
    await db.query("delete from app_public.scoring_rules");
    await db.query(
      `insert into app_public.scoring_rules (revision, territory_id, position, points, reason, condition)
       select app_private.current_revision(), id, 1, $1, 'test', '1 == 1' from app_public.territories where slug = 'global'`,
      [score],
    );
    const { leadId } = await receiveOne(db, { attributes: someone(more) });
    const { owner } = await decisionOf(db, leadId);
    await db.query("rollback to savepoint trial");
    return owner;
  };
  expect(await ask(6, {})).toBe("dora");
  expect(await ask(7, {})).toBe("dirk");
  expect(await ask(9, {})).toBe("dirk");
  expect(await ask(10, {})).toBe("dora");
  expect(await ask(10, { employees: 50 })).toBe("dieter");
  expect(await ask(10, { employees: 49 })).toBe("dora");
});

test("a condition that cannot be evaluated is no match, and the decision lists its rule", async ({ db }) => {
  await addRoutingRules(db, [
    { territory: "de", condition: "$.segment.double() > 5", person: "dieter" },
    { territory: "de", person: "doris" },
  ]);
  const { leadId } = await receiveOne(db, { attributes: someone({ segment: "many" }) });
  const { owner, routed_by } = await decisionOf(db, leadId);
  expect([owner, routed_by]).toEqual([
    "doris",
    {
      rule: expect.any(Number),
      position: 2,
      unread: [expect.any(Number)],
      score: { asked: expect.any(Number), of: "rules" },
    },
  ]);
  await db.query("delete from app_public.routing_rules where position = 2");
  const alone = await decisionOf(
    db,
    (await receiveOne(db, { attributes: someone({ segment: "many" }) })).leadId,
  );
  expect(alone).toMatchObject({ owner: "dora", routed_by: { unread: [expect.any(Number)] } });
});

test("the manager of who had it last: met by leads that somebody had", async ({ db }) => {
  await addRoutingRules(db, [{ territory: "emea", manager_of_last_owner: true }]);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await ownerOf(db, leadId)).toBe("dora");
  await asWorker(db, () =>
    db.query(
      "select app_private.change_owner(leads, null, 'queue', 'Moved.', now()), app_private.route_queue(now(), 10) from app_public.leads where id = $1",
      [leadId],
    ),
  );
  const decision = await decisionOf(db, leadId);
  expect(await ownerOf(db, leadId)).toBe("mona");
  expect(decision.reason).toBe("Assigned to mona, who manages dora, who had it last.");
});

test("a team that does not reach the lead is none", async ({ db }) => {
  await addRoutingRules(db, [{ territory: "emea", team: "sales-fr" }]);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await decisionOf(db, leadId)).toMatchObject({ owner: "dora", routed_by: null });
  const french = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(await decisionOf(db, french.leadId)).toMatchObject({ owner: "felix", routed_by: { position: 1 } });
});

test("who declines such a lead passes it on in the pool of the rule, not in the territory's", async ({
  db,
}) => {
  await addRoutingRules(db, [{ territory: "fr", team: "sales-emea" }]);
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(await ownerOf(db, leadId)).toBe("mona");
  await actAs(db, await actorId(db, "mona"));
  await db.query("select app_public.decline_lead($1, 'No')", [leadId]);
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBe("olga");
});

test("in one batch or one by one, the same owners", async ({ db }) => {
  await addRoutingRules(db, [
    { territory: "de", segment: "public", team: "sales-emea" },
    { territory: "de", segment: "key", person: "doris" },
  ]);
  const people = Array.from({ length: 12 }, (_, n) =>
    someone(n % 4 === 1 ? { segment: "public" } : n % 4 === 2 ? { segment: "key" } : {}),
  );
  const owners = async (batchSize: number) => {
    await db.query("savepoint trial");
    const received = await receive(
      db,
      people.map((attributes) => ({ attributes })),
      { batchSize },
    );
    const found: (string | null)[] = [];
    for (const { leadId } of received) found.push(await ownerOf(db, leadId ?? ""));
    await db.query("rollback to savepoint trial");
    return found;
  };
  expect(await owners(1)).toEqual(await owners(12));
});

async function decisionOf(db: ClientBase, leadId: string | null | undefined) {
  return oneRow<{
    owner: string;
    team: string;
    reason: string;
    turn: number | null;
    routed_by: object | null;
    candidates: { actor: string; chosen: boolean; reason: string }[];
  }>(
    db,
    `select actors.slug as owner, teams.slug as team, reason, (inputs -> 'turn')::int as turn, inputs -> 'routedBy' as routed_by, candidates
       from app_public.decisions left join app_public.actors on actors.id = decisions.owner_id
       left join app_public.teams on teams.id = decisions.team_id
      where lead_id = $1 order by decisions.id desc limit 1`,
    [leadId],
  );
}
