import type { ClientBase } from "pg";
import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { stopActing } from "../support/act_as.ts";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, answer, clocksOf } from "../support/clocks.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, refusalOf } from "../support/rows.ts";

test("paused with a reason until an end, and resumed before it, both written down", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await act(db, "dora");
  await db.query("select app_public.pause_clock($1, 'On holiday', now() + interval '3 days')", [leadId]);
  await stopActing(db);
  expect(await fire(db, 86_400)).toBe(0);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { pause_reason: "by_hand", next_at: await secondsLater(db, 3 * 86_400) },
  ]);
  await act(db, "dora");
  await db.query("select app_public.pause_clock($1, 'Back sooner', now() + interval '1 day')", [leadId]);
  await db.query("select app_public.resume_clock($1)", [leadId]);
  await stopActing(db);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { pause_reason: null, next_at: await secondsLater(db, 240) },
  ]);
  expect(
    await allValues(db, "select split_part(note, ': ', 2) as value from app_public.activities order by id"),
  ).toEqual(["On holiday", "Back sooner", ""]);
});

test("a pause without a reason, without an end where no policy sets one, into the past, or beyond the longest is refused", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await act(db, "dora");
  const refused = (reason: string, until: string) =>
    refusalOf(db, `select app_public.pause_clock('${leadId}', '${reason}', ${until})`);
  expect(await refused(" ", "now() + interval '1 day'")).toBe("BADIN");
  expect(await refused("On holiday", "null")).toBe("BADIN");
  await db.query("savepoint before");
  await expect(db.query("select app_public.pause_clock($1, 'On holiday', null)", [leadId])).rejects.toThrow(
    "A pause of this lead needs an end: its policy sets no longest pause",
  );
  await db.query("rollback to savepoint before");
  expect(await refused("On holiday", "now()")).toBe("BADIN");
  expect(await refused("On holiday", "now() + interval '2 years'")).toBe("BADIN");
  await stopActing(db);
  await db.query("update app_public.sla_policies set max_pause_seconds = 3600");
  await act(db, "dora");
  expect(await refused("On holiday", "now() + interval '2 hours'")).toBe("BADIN");
  await db.query("select app_public.pause_clock($1, 'On holiday')", [leadId]);
  await stopActing(db);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { next_at: await secondsLater(db, 3_600) },
  ]);
});

test("where no clock runs there is none to pause, and none to resume; what the gate holds rests by itself", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const refused = (call: string) => asDora(db, () => refusalOf(db, `select app_public.${call}`));
  expect(await refused(`resume_clock('${leadId}')`)).toBe("STATE");
  await answer(db, leadId, await secondsLater(db, 10));
  expect(await refused(`pause_clock('${leadId}', 'On holiday', now() + interval '1 day')`)).toBe("STATE");
  await addPolicy(db, { slug: "end", kind: "outcome", target_seconds: 1_000 });
  const held = await receiveOne(db, { attributes: someone() });
  await db.query(
    "select app_private.pause_clocks(array_agg(row(id, now(), 'held', null)::app_private.clock_pause)) from app_public.clocks where lead_id = $1",
    [held.leadId],
  );
  await db.query(
    "update app_public.leads set held_at = now(), owner_id = null, owned_at = null where id = $1",
    [held.leadId],
  );
  expect(await refused(`pause_clock('${held.leadId}', 'On holiday', now() + interval '1 day')`)).toBe(
    "STATE",
  );
  expect(await refused(`resume_clock('${held.leadId}')`)).toBe("STATE");
});

test("resume_clock and pause_clock answer a lead behind the wall as one that is not there", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await act(db, "felix");
  for (const id of [leadId, "00000000-0000-7000-8000-000000000000"]) {
    expect(await refusalOf(db, `select app_public.resume_clock('${id}')`)).toBe("NFUND");
    expect(
      await refusalOf(db, `select app_public.pause_clock('${id}', 'No', now() + interval '1 day')`),
    ).toBe("NFUND");
  }
});

async function asDora<Result>(
  db: ClientBase & Parameters<typeof act>[0],
  work: () => Promise<Result>,
): Promise<Result> {
  await act(db, "dora");
  const result = await work();
  await stopActing(db);
  return result;
}
