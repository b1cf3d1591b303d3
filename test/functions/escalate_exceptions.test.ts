import { expect } from "vitest";
// Also of decide_escalations, next_team, tell_escalations and person_on_duty, which it is made of.
import { receiveOne, secondsLater, someone, stageArrivals } from "../support/arrivals.ts";
import { attempt, caseOf, fire, openCase, told } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { absent, switchOff } from "../support/staff.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const ACKNOWLEDGE = "select app_public.acknowledge_exception($1)";
const STEPS = `
  select cause, former.slug as from, teams.slug as to, owners.slug as former_owner, recipients.slug as told
    from app_public.exception_escalations
    join app_public.teams as former on former.id = from_team_id
    join app_public.teams on teams.id = to_team_id
    left join app_public.actors as owners on owners.id = former_owner_id
    left join app_public.actors as recipients on recipients.id = recipient_id
   order by exception_escalations.id`;

test("what nobody acknowledges goes to the next team, which has all of its time and must acknowledge it too", async ({
  db,
}) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await caseOf(db, id)).toMatchObject({ team: "sales-de", next: "sales-emea", acknowledge: HOUR });
  expect(await fire(db, HOUR - 1)).toBe(0);
  expect(await fire(db, HOUR)).toBe(1);
  expect(await caseOf(db, id)).toMatchObject({
    team: "sales-emea",
    next: "operations",
    owner: null,
    level: 1,
    acknowledge: 2 * HOUR,
    due: 5 * HOUR,
    breached: null,
  });
  expect(await fire(db, HOUR)).toBe(0);
  expect(await allRows(db, STEPS)).toEqual([
    { cause: "not_acknowledged", from: "sales-de", to: "sales-emea", former_owner: null, told: "mona" },
  ]);
  expect(await told(db, "exception_escalated")).toEqual([
    {
      kind: "exception_escalated",
      recipient: "mona",
      text: `A case nobody_available not acknowledged in time, now of team sales-emea: /?exception=${id}`,
    },
  ]);
});

test("who acknowledged and did not resolve it loses it at the due time, and that is the breach", async ({
  db,
}) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await attempt(db, "dora", ACKNOWLEDGE, [id])).toBe("");
  expect(await fire(db, 4 * HOUR - 1)).toBe(0);
  expect(await fire(db, 4 * HOUR)).toBe(1);
  expect(await caseOf(db, id)).toMatchObject({
    team: "sales-emea",
    owner: null,
    is_acknowledged: false,
    breached: 4 * HOUR,
  });
  expect(await allRows(db, STEPS)).toMatchObject([{ cause: "not_resolved", former_owner: "dora" }]);
});

test("the chain ends at operations; there it stays, and they are reminded once a day", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await fire(db, HOUR);
  await fire(db, 2 * HOUR);
  expect(await caseOf(db, id)).toMatchObject({ team: "operations", next: "operations", level: 2 });
  expect(await attempt(db, "olga", ACKNOWLEDGE, [id])).toBe("");
  expect(await fire(db, 6 * HOUR)).toBe(1);
  expect(await fire(db, 29 * HOUR)).toBe(0);
  expect(await fire(db, 30 * HOUR)).toBe(1);
  expect(await caseOf(db, id)).toMatchObject({ owner: "olga", level: 2, breached: 6 * HOUR, due: 54 * HOUR });
  expect((await allRows(db, STEPS)).slice(2)).toEqual([
    {
      cause: "not_resolved",
      from: "operations",
      to: "operations",
      former_owner: "olga",
      told: "olga",
    },
    {
      cause: "not_resolved",
      from: "operations",
      to: "operations",
      former_owner: "olga",
      told: "olga",
    },
  ]);
});

test("what operations do not even acknowledge is due to be acknowledged again, and still due when it was", async ({
  db,
}) => {
  const id = await openCase(db, "contract_violation");
  expect(await fire(db, HOUR)).toBe(1);
  expect(await caseOf(db, id)).toMatchObject({ due: 2 * HOUR, acknowledge: DAY + HOUR, level: 0 });
});

test("both clocks of a case after an outage are one escalation", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await fire(db, 10 * HOUR);
  expect(await allRows(db, STEPS)).toMatchObject([{ cause: "not_resolved", to: "sales-emea" }]);
  expect(await caseOf(db, id)).toMatchObject({ level: 1, due: 14 * HOUR });
});

test("what is resolved asks nobody any more", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await attempt(db, "dora", "select app_public.resolve_exception($1, 'found one')", [id])).toBe("");
  expect(await fire(db, 10 * DAY)).toBe(0);
});

test("a team that is closed in between is passed over, and so is one that does not reach the territory", async ({
  db,
}) => {
  await db.query("update app_public.teams set is_active = false where slug = 'sales-emea'");
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await caseOf(db, id)).toMatchObject({ next: "operations" });
  await db.query(
    "update app_public.teams set escalates_to_id = (select id from app_public.teams where slug = 'sales-us') where slug = 'sales-de'",
  );
  const other = await openCase(db, "gate_review", { path: "partner-feed" });
  expect(await caseOf(db, other)).toMatchObject({ next: "operations" });
});

test("teams that escalate to one another do not play with it: it ends at operations", async ({ db }) => {
  await db.query(
    "update app_public.teams set escalates_to_id = (select id from app_public.teams where slug = 'sales-de') where slug = 'sales-emea'",
  );
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  for (const hours of [1, 2, 30, 60]) await fire(db, hours * HOUR);
  expect((await allRows<{ to: string }>(db, STEPS)).map(({ to }) => to)).toEqual([
    "sales-emea",
    "operations",
    "operations",
    "operations",
  ]);
  expect(await caseOf(db, id)).toMatchObject({ team: "operations", level: 2 });
});

test("who is away is not told: then who answers for the territory, and nobody where nobody is", async ({
  db,
}) => {
  await absent(db, ["mona"]);
  const duty = () =>
    oneValue(
      db,
      `select (select actors.slug from app_public.actors where actors.id = app_private.person_on_duty(teams.id, territories.id, now())) as value
         from app_public.teams, app_public.territories where teams.slug = 'sales-emea' and territories.slug = 'de'`,
    );
  expect(await duty()).toBe("olga");
  await switchOff(db, ["olga"]);
  expect(await duty()).toBeNull();
});

test("many cases at once are one message a person, team and kind", async ({ db }) => {
  const captures = await stageArrivals(
    db,
    [1, 2, 3].map(() => ({ attributes: {} })),
  );
  for (const captureId of captures) await openCase(db, "contract_violation", { captureId });
  await openCase(db, "no_territory", { captureId: captures[0] });
  expect(await fire(db, HOUR)).toBe(4);
  expect((await told(db, "exception_escalated")).map(({ text }) => text.split(",")[0])).toEqual(
    expect.arrayContaining([
      "3 cases contract_violation not acknowledged in time",
      "A case no_territory not acknowledged in time",
    ]),
  );
});

test("called twice with the same clocks it does nothing the second time", async ({ db }) => {
  await openCase(db, "nobody_available", { path: "partner-feed" });
  const clocks = await oneValue(
    db,
    "select array_agg(id) as value from app_public.clocks where exception_id is not null",
  );
  const asOf = await secondsLater(db, 5 * HOUR);
  const escalate = () =>
    oneValue(db, "select app_private.escalate_exceptions($1, $2) as value", [clocks, asOf]);
  expect(await escalate()).toBe(1);
  expect(await escalate()).toBe(0);
});

test("an escalation says nothing of the person, and stands in the story of the lead", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ first_name: "Ana" }) });
  await openCase(db, "nobody_available", { leadId, path: "partner-feed" });
  await fire(db, HOUR);
  const stories = await allRows<{ summary: string }>(
    db,
    "select summary from app_public.story_entries where lead_id = $1 and stage = 'escalate exception'",
    [leadId],
  );
  expect(stories).toEqual([{ summary: "Not acknowledged in time: escalated to team sales-emea." }]);
});
