import type { Client } from "pg";
import { expect } from "vitest";
import { checkLeads } from "../../src/cli/doctor/leads.ts";
import { asWorker, receive, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";

test("open leads whose owner may not work them", async ({ db }) => {
  await receive(db, [french(), french(), french()]);
  expect(await examine(db)).toMatchObject({ "owners of leads": "all may work theirs" });
  await db.query(
    `update app_public.memberships set role = 'viewer' where actor_id = (select id from app_public.actors where slug = 'felix');
     update app_public.leads set closed_at = now(), status = 'closed_lost' where id = (select id from app_public.leads limit 1)`,
  );
  expect(await examine(db)).toMatchObject({
    "owners of leads": "2 open leads whose owner may not work them: felix",
  });
});

test("refused arrivals whose case is closed", async ({ db }) => {
  await stageArrivals(db, [{ attributes: {} }, { attributes: {} }]);
  await asWorker(db, () =>
    db.query(
      `select app_private.process_captures('[]', (select jsonb_agg(jsonb_build_object('id', id, 'violations', '[{"path": "email", "message": "is missing"}]'::jsonb))
                                                    from app_public.captures where status = 'pending'), now())`,
    ),
  );
  expect(await examine(db)).toMatchObject({ quarantine: "every refused arrival has an open case" });
  await db.query(
    `update app_public.exceptions set resolved_at = opened_at, outcome = 'done'
      where id = (select id from app_public.exceptions order by id limit 1)`,
  );
  expect((await examine(db)).quarantine).toMatch(/^1 refused arrivals without an open case/);
});

const french = () => ({ attributes: someone({ country: "FR" }) });

async function examine(db: Client): Promise<Record<string, string>> {
  const findings = await checkLeads(db);
  return Object.fromEntries(findings.map(({ check, detail }) => [check, detail]));
}
