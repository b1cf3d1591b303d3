import type { Client } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

test("compare_routes: a draft is compared with what was decided: territory, target and gate; the same is no disagreement", async ({
  db,
}) => {
  const revision = await draft(db);
  await rule(db, revision, "fr", { country: "GB" });
  await rule(db, revision, "de", { country: "DE" });
  await rule(db, revision, "fr", { country: "FR" });
  await db.query(
    `insert into app_public.routing_rules (revision, territory_id, position, segment, actor_id)
     select $1, territories.id, 1, 'public', actors.id from app_public.territories, app_public.actors
      where territories.slug = 'de' and actors.slug = 'doris'`,
    [revision],
  );
  await db.query(
    `insert into app_public.gate_rules (revision, territory_id, position, missing, result)
     select $1, id, 1, '{company}', 'review' from app_public.territories where slug = 'fr'`,
    [revision],
  );
  await start(db, revision);
  const leads = await receive(db, [
    { attributes: someone() },
    { attributes: someone({ country: "GB", company: "Acme" }) },
    { attributes: someone({ segment: "public" }) },
    { attributes: someone({ country: "FR" }) },
  ]);
  expect(await pass(db)).toBe(4);
  expect(await pass(db)).toBe(0);
  const differs = await allRows<{ lead_id: string; differs: string[] }>(
    db,
    "select lead_id, differs from app_public.shadow_routes order by lead_id",
  );
  expect(differs).toEqual(
    [[], ["territory"], ["target"], ["gate"]].map((which, n) => ({
      lead_id: leads[n]?.leadId,
      differs: which,
    })),
  );
  expect(
    await allRows(
      db,
      "select territory, owner, shadow_territory, shadow_owner, shadow_gate from bi.routing_disagreements order by lead_id",
    ),
  ).toMatchObject([
    { territory: "uk", shadow_territory: "fr" },
    { territory: "de", owner: "dirk", shadow_territory: "de", shadow_owner: "doris" },
    { territory: "fr", owner: "felix", shadow_gate: "review" },
  ]);
});

test("without a shadow nothing is compared; what came before it, the past and tests are not", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  expect(await pass(db)).toBe(0);
  await start(db, await draft(db), "1 second");
  await receiveOne(db, { attributes: someone(), isTest: true });
  await receiveOne(db, { path: "olist-mql", attributes: someone({ country: "BR", external_id: "9" }) });
  expect(await pass(db)).toBe(0);
});

test("a lead that the draft cannot decide is written down as failed; the others are compared, and nobody loses an owner", async ({
  db,
}) => {
  await start(db, await draft(db));
  const [poison, other] = await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  await db.query(
    `create function app_private.fail_on_poison() returns trigger language plpgsql as $$
     begin if new.lead_id = '${poison?.leadId}' and new.differs <> '{failed}' then raise 'poison'; end if; return new; end $$`,
  );
  await db.query(
    "create trigger fail_on_poison before insert on app_public.shadow_routes for each row execute function app_private.fail_on_poison()",
  );
  expect(await pass(db)).toBe(2);
  const failed = "select differs @> '{failed}' as value from app_public.shadow_routes where lead_id = $1";
  expect(await allValues(db, failed, [poison?.leadId])).toEqual([true]);
  expect(await allValues(db, failed, [other?.leadId])).toEqual([false]);
  expect(
    await oneValue(db, "select count(*)::int as value from app_public.leads where owner_id is null"),
  ).toBe(0);
});

test("it ends by itself when its time is over, once what came late was looked for", async ({ db }) => {
  const revision = await draft(db);
  await start(db, revision);
  const ended = "select ended_at is not null as value from app_private.shadow_runs";
  await pass(db, "8 days");
  expect(await oneValue(db, ended)).toBe(true);
  await receiveOne(db, { attributes: someone() });
  expect(await pass(db)).toBe(0);
});

async function draft(db: Client): Promise<number> {
  return oneValue(
    db,
    "insert into app_public.revisions (digest, applied_by, applied_at, is_draft) values ('x', 'test', now(), true) returning id as value",
  );
}

async function rule(
  db: Client,
  revision: number,
  territory: string,
  { country }: { country: string },
): Promise<void> {
  await db.query(
    `insert into app_public.territory_rules (revision, territory_id, boundary_id, position, country)
     select $1, id, boundary_id, 1, $3 from app_public.territories where slug = $2`,
    [revision, territory, country],
  );
}

/** From now (or so much later) on, for a week. */
async function start(db: Client, revision: number, later = "0"): Promise<void> {
  await db.query(
    `insert into app_private.shadow_runs (revision, started_at, ends_at, looked_at)
     select $1, at, at + interval '7 days', at from (select now() + $2::interval as at) as instants`,
    [revision, later],
  );
}

function pass(db: Client, later = "1 minute"): Promise<number> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.shadow_routes(now() + $1::interval, 200) as value", [later]),
  );
}
