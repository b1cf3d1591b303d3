import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { chainOf, ownerOf, sweep } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const french = () => ({ attributes: someone({ country: "FR" }) });

test("after 15 minutes the territory's manager has it and is warned", async ({ db }) => {
  const leadId = await waiting(db);
  expect(await sweep(db, "assign_unassigned", 899)).toBe(0);
  expect(await sweep(db, "assign_unassigned", 900)).toBe(1);
  expect(await sweep(db, "assign_unassigned", 900)).toBe(0);
  expect(await ownerOf(db, leadId)).toBe("mona");
  expect(await chainOf(db, leadId)).toMatchObject([
    { action: "queue" },
    { action: "assign", owner: "mona", cause: "unassigned" },
  ]);
  const warning = await oneRow<{ text: string; slug: string; kind: string }>(
    db,
    "select text, slug, notifications.kind from app_public.notifications join app_public.actors on actors.id = recipient_id",
  );
  expect(warning).toEqual({
    kind: "lead_unassigned",
    slug: "mona",
    text: `Warning: A new lead was unassigned for 15 minutes. Lead ${leadId}, assigned to mona: /?lead=${leadId}`,
  });
  const outcome = await oneValue(db, "select outcome as value from app_public.exceptions");
  expect(outcome).toBe("routed");
});

test("what a case holds is nobody's until the case is closed", async ({ db }) => {
  const leadId = await waiting(db);
  await db.query("update app_public.exceptions set holds_automation = true");
  expect(await sweep(db, "assign_unassigned", 900)).toBe(0);
  await db.query("update app_public.exceptions set holds_automation = false");
  expect(await sweep(db, "assign_unassigned", 900)).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("mona");
});

test("policy and fallback pool come from the nearest territory that names them", async ({ db }) => {
  await db.query(
    `update app_public.territories set unassigned_seconds = 120, fallback_team_id = teams.id
       from app_public.teams where territories.slug = 'emea' and teams.slug = 'sales-emea'`,
  );
  await db.query("update app_public.territories set unassigned_seconds = 600 where slug = 'fr'");
  const policy = await asWorker(db, () =>
    oneRow(
      db,
      `select policies.seconds, teams.slug from app_public.territories
        cross join lateral app_private.unassigned_policy(territories.id) as policies
         left join app_public.teams on teams.id = policies.fallback_team_id where territories.slug = 'fr'`,
    ),
  );
  expect(policy).toEqual({ seconds: 600, slug: "sales-emea" });
  const leadId = await waiting(db);
  expect(await sweep(db, "assign_unassigned", 599)).toBe(0);
  expect(await sweep(db, "assign_unassigned", 600)).toBe(1);
  expect((await chainOf(db, leadId)).at(-1)?.reason).toBe(
    "Nobody owned it for 10 minutes. Assigned to mona: next in turn of team sales-emea.",
  );
});

test("minutes_text: one minute is no minutes", async ({ db }) => {
  await db.query("update app_public.territories set unassigned_seconds = 60 where slug = 'fr'");
  const leadId = await waiting(db);
  expect(await sweep(db, "assign_unassigned", 60)).toBe(1);
  expect((await chainOf(db, leadId)).at(-1)?.reason).toContain("Nobody owned it for 1 minute. ");
});

test("a lead from last year without owner is found too", async ({ db }) => {
  const leadId = await waiting(db);
  await db.query(
    "update app_public.leads set routed_at = now() - interval '1 year', first_seen_at = now() - interval '1 year'",
  );
  expect(await sweep(db, "assign_unassigned")).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("mona");
});

for (const [what, change] of [
  ["of the past", "is_history = true"],
  ["that are closed", "closed_at = now(), status = 'closed_lost'"],
  ["held by the gate", "held_at = now()"],
  ["that are tests", "is_test = true"],
]) {
  test(`leads ${what} are left alone`, async ({ db }) => {
    await waiting(db);
    await db.query(`update app_public.leads set ${change}`);
    expect(await sweep(db, "assign_unassigned", 100_000)).toBe(0);
    expect(await allRows(db, "select from app_public.leads where owner_id is not null")).toEqual([]);
  });
}

test("the next who answers for it, up the tree; nobody there: it waits on", async ({ db }) => {
  await waiting(db);
  await absent(db, ["mona", "olga"], new Date("2199-01-01T00:00:00Z"));
  await db.query("update app_public.actors set is_active = false where slug in ('ada', 'marco')");
  expect(await sweep(db, "assign_unassigned", 900)).toBe(0);
  await db.query(
    "delete from app_public.absences using app_public.actors where actors.id = actor_id and slug = 'olga'",
  );
  expect(await sweep(db, "assign_unassigned", 900)).toBe(1);
});

async function waiting(db: ClientBase): Promise<string> {
  await absent(db, ["felix"], new Date("2199-01-01T00:00:00Z"));
  return (await receiveOne(db, french())).leadId;
}
