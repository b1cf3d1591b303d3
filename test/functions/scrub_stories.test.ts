import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { openCase } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";

test("comments, follow-ups and approvals lose their words, and what waits is over", async ({ db }) => {
  const [{ leadId }, { leadId: other }] = [
    await receiveOne(db, { attributes: someone() }),
    await receiveOne(db, { attributes: someone() }),
  ];
  for (const id of [leadId, other]) {
    const caseId = await openCase(db, "gate_review", { leadId: id });
    const ids = [id, caseId, await actorId(db, "dora"), await actorId(db, "mona")];
    await db.query(
      `with place as (select id, territory_id, trace_id from app_public.leads where id = $1),
            talk as (insert into app_public.exception_comments (exception_id, territory_id, actor_id, text, written_at)
              select $2, territory_id, $3, 'Ana is angry', now() from place),
            task as (insert into app_public.tasks (lead_id, territory_id, trace_id, kind, title, note, opened_at, due_at)
              select id, territory_id, trace_id, 'stagnation', 'Follow up', 'Ana is away', now(), now() + interval '1 day' from place)
       insert into app_public.approvals (lead_id, exception_id, territory_id, reason, requested_by_id, approver_id, requested_at, handed_at, due_at)
       select case when about.n = 1 then id end, case when about.n = 2 then $2 end, territory_id, 'Ana wants less', $3, $4, now(), now(), now() + interval '1 day'
         from place cross join generate_series(1, 2) as about (n)`,
      ids,
    );
  }
  await asWorker(db, () =>
    db.query("select app_private.scrub_stories(array[$1::uuid], array[$1::uuid], now())", [leadId]),
  );
  const held = (id: string) =>
    oneRow(
      db,
      `select (select array_agg(text) from app_public.exception_comments join app_public.exceptions on exceptions.id = exception_id where exceptions.lead_id = $1) as comments,
              (select array_agg(tasks.note || coalesce(tasks.outcome, '')) from app_public.tasks where tasks.lead_id = $1) as tasks,
              (select array_agg(approvals.reason || coalesce(decision, '')) from app_public.approvals
                 left join app_public.exceptions on exceptions.id = exception_id where $1::uuid in (approvals.lead_id, exceptions.lead_id)) as approvals,
              (select count(*)::int from app_public.clocks left join app_public.tasks on tasks.id = task_id left join app_public.approvals on approvals.id = approval_id
                 left join app_public.exceptions on exceptions.id in (clocks.exception_id, approvals.exception_id)
                where clocks.stopped_at is null and clocks.lead_id is null and $1::uuid in (tasks.lead_id, approvals.lead_id, exceptions.lead_id)) as clocks`,
      [id],
    );
  expect(await held(leadId)).toEqual({
    comments: ["Erased."],
    tasks: [null],
    approvals: ["Erased.withdrawn", "Erased.withdrawn"],
    clocks: 0,
  });
  expect(await held(other)).toEqual({
    comments: ["Ana is angry"],
    tasks: ["Ana is away"],
    approvals: ["Ana wants less", "Ana wants less"],
    clocks: 5,
  });
});
