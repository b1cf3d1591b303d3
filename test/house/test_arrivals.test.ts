import type { Client } from "pg";
import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { receive, someone } from "../support/arrivals.ts";
import { allValues } from "../support/rows.ts";
import { reported, settle } from "../support/settle.ts";

test("no view of bi counts test arrivals: with any number of them every view answers the same", async ({
  db,
}) => {
  const before = await everyView(db);
  expect(Object.values(before).flat().length).toBeGreaterThan(5);
  await addTests(db);
  expect(await everyView(db)).toEqual(before);
});

test("the same rows of people would be seen in every view that counts any", async ({ db }) => {
  const before = await everyView(db);
  await addTests(db);
  await db.query("update app_public.leads set is_test = false");
  await db.query("update app_public.captures set is_test = false");
  await db.query("update app_public.source_events set is_test = false");
  const after = await everyView(db);
  const blind = Object.keys(before).filter(
    (view) => JSON.stringify(before[view]) === JSON.stringify(after[view]),
  );
  expect(blind).toEqual([]);
});

/** What every view of bi answers, row by row; within one transaction now() stands still. The trail keeps every change. */
async function everyView(db: Client): Promise<Record<string, string[]>> {
  const names = await allValues<string>(
    db,
    "select 'bi.' || viewname as value from pg_views where schemaname = 'bi' and viewname <> 'audit_trail' order by 1",
  );
  const answers: Record<string, string[]> = {};
  for (const view of names) {
    answers[view] = await allValues<string>(
      db,
      `select answer::text as value from ${view} as answer order by 1`,
    );
  }
  return answers;
}

/** Through the stages, and what the stages would not make: a lead of a test whose clock is due. */
async function addTests(db: Client): Promise<void> {
  await receive(db, [
    { attributes: someone({ email: "test@mail.example" }), isTest: true },
    { attributes: someone({ country: "JP" }), isTest: true },
    { attributes: someone({ country: "JP" }), isTest: true },
    { attributes: someone({ country: "FR" }), isTest: true },
  ]);
  await db.query(
    `update app_public.exceptions set resolved_at = now(), outcome = 'done' where id = (
       select exceptions.id from app_public.exceptions join app_public.captures on captures.id = exceptions.capture_id
        where captures.is_test limit 1)`,
  );
  await settle(db, [{ settle: reported("test@mail.example"), isTest: true }]);
  await db.query(`update app_public.leads set is_history = false where is_test`);
  await db.query(
    `with draft as (insert into app_public.revisions (digest, applied_by, applied_at, is_draft) values ('x', 'test', now(), true) returning id)
     insert into app_public.shadow_routes (revision, lead_id, territory_id, decision_id, trace_id, differs, compared_at)
     select distinct on (leads.id) draft.id, leads.id, leads.territory_id, decisions.id, leads.trace_id, '{target}', now()
       from draft, app_public.leads join app_public.decisions on decisions.lead_id = leads.id where leads.is_test`,
  );
  await db.query(
    `insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds,
                                    started_at, running_since, segment_started_at, warn_at, due_at, overdue_at, next_at)
     select leads.id, leads.territory_id, kind, (select min(id) from app_public.sla_policies), leads.trace_id, 60, '{80,100}',
            now() - interval '2 hours', now() - interval '2 hours', now() - interval '2 hours',
            now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour'
       from app_public.leads cross join unnest('{first_response,outcome}'::text[]) as kind where leads.is_test`,
  );
}
