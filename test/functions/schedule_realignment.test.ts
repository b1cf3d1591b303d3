import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue, refusalOf } from "../support/rows.ts";
import { addRules } from "../support/territory_rules.ts";

test("previewed, scheduled without one lead, called off: realignments_of, open_realignment, realignments of a boundary by operations", async ({
  db,
}) => {
  const leads = await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  await addRules(db, [{ territory: "fr", country: "DE" }]);
  const preview = await as(db, "olga", (olga) =>
    allRows(olga, "select * from app_public.preview_realignment('global')"),
  );
  expect(preview).toEqual(
    leads.map(({ leadId }) => ({
      lead_id: leadId,
      from_territory: "de",
      to_territory: "fr",
      rule_id: expect.any(Number),
      owner: expect.any(String),
      keeps_owner: false,
    })),
  );
  const scheduled = await as(db, "olga", (olga) =>
    oneRow(olga, "select * from app_public.schedule_realignment('global', now() + interval '1 day')"),
  );
  expect(scheduled).toMatchObject({ boundary: "global", state: "to_come", leads: 2, exempt: 0, moved: 0 });
  const exempted = (leadIds: unknown[], is = true) =>
    as(db, "olga", (olga) =>
      oneRow(olga, "select exempt from app_public.exempt_from_realignment('global', $1, $2)", [leadIds, is]),
    );
  expect(await exempted([leads[0]?.leadId])).toEqual({ exempt: 1 });
  expect(await exempted([leads[0]?.leadId], false)).toEqual({ exempt: 0 });
  expect(await refusal(db, "olga", "app_public.schedule_realignment('global')")).toBe("STATE");
  expect(
    await as(db, "olga", (olga) => oneRow(olga, "select state from app_public.cancel_realignment('global')")),
  ).toEqual({
    state: "called_off",
  });
  expect(await refusal(db, "olga", "app_public.cancel_realignment('global')")).toBe("STATE");
  expect(await refusal(db, "olga", "app_public.exempt_from_realignment('global', '{}')")).toBe("STATE");
  expect(
    await as(db, "olga", (olga) =>
      allRows(olga, "select state, leads from app_public.realignments('global')"),
    ),
  ).toEqual([{ state: "called_off", leads: 2 }]);
});

test("an instant that has passed means now, and what is due is done by the worker", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]);
  await addRules(db, [{ territory: "fr", country: "DE" }]);
  await as(db, "ada", (ada) => ada.query("select app_public.schedule_realignment('global', '2001-01-01')"));
  expect(await oneValue(db, "select app_private.apply_realignments(now()) as value")).toBe(1);
});

test("where every lead lies right nothing is scheduled", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]);
  const none = await as(db, "ada", (ada) =>
    oneRow(ada, "select id from app_public.schedule_realignment('global')"),
  );
  expect(none).toEqual({ id: null });
});

test("only operations and admins of the whole boundary; hidden and absent answer alike", async ({ db }) => {
  const calls = [
    "app_public.preview_realignment('global')",
    "app_public.realignments('global')",
    "app_public.schedule_realignment('global')",
    "app_public.exempt_from_realignment('global', '{}')",
    "app_public.cancel_realignment('global')",
  ];
  for (const call of calls) {
    expect([call, await refusal(db, "vera", call)]).toEqual([call, "DENID"]);
    expect([call, await refusal(db, "mona", call)]).toEqual([call, "NFUND"]); // of emea: does not see global
    expect([call, await refusal(db, "gus", call)]).toEqual([call, "NFUND"]);
    expect([call, await refusal(db, "olga", call.replace("global", "nowhere"))]).toEqual([call, "NFUND"]);
    expect([call, await refusal(db, "olga", call.replace("global", "de"))]).toEqual([call, "BADIN"]);
  }
});

async function as<Result>(db: Client, slug: string, work: (db: Client) => Promise<Result>): Promise<Result> {
  await actAs(db, await actorId(db, slug));
  const result = await work(db);
  await stopActing(db);
  return result;
}

function refusal(db: Client, slug: string, call: string): Promise<string> {
  return as(db, slug, (actor) => refusalOf(actor, `select * from ${call}`));
}
