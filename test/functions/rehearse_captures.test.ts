import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, acceptedOf, asWorker, receive, someone } from "../support/arrivals.ts";
import { refuse } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { limitTo } from "../support/staff.ts";

test("relocate_captures: then by what was known then, now by the terms that are given", async ({ db }) => {
  const [arrived] = await receive(db, [{ attributes: someone({ country: "DE" }) }]);
  const id = arrived?.captureId;
  const rows = await asWorker(db, () =>
    allRows(
      db,
      `select place_then.slug as was, place_now.slug as is, moved.score_then, moved.score_now
         from app_private.relocate_captures($1, app_private.current_revision()) as moved
         left join app_public.territories as place_then on place_then.id = moved.then_id
         left join app_public.territories as place_now on place_now.id = moved.now_id`,
      [
        JSON.stringify([
          {
            id,
            attributes: { country: "DE", identities: [] },
            rules: [{ territory: "br", condition: '$.country == "DE"' }],
          },
        ]),
      ],
    ),
  );
  expect(rows).toEqual([{ was: "de", is: "br", score_then: 15, score_now: 15 }]);
});

test("match_territory: without a rule the fallback, without one nowhere", async ({ db }) => {
  const arrivals = [{ attributes: someone({ country: "XX" }) }];
  const ids = await refuse(db, arrivals);
  const lost = await rehearse(db, judgedOf(arrivals, ids));
  expect(lost).toMatchObject([{ territory: null, owner: null, is_lead: false }]);
  const judged = judgedOf(arrivals, ids).map((one) => ({ ...one, fallback: "fr" }));
  expect(await rehearse(db, judged)).toMatchObject([{ territory: "fr", owner: "felix", is_lead: true }]);
  expect(
    await oneValue(
      db,
      `select count(*)::int as value from app_private.match_territory('{"country": "XX"}', 'web-form', 1, 1)`,
    ),
  ).toBe(0);
});

test("foresee_leads: one whom we know would be a touch: no lead, no owner to find", async ({ db }) => {
  const known = { attributes: someone() };
  await receive(db, [known]);
  const ids = await refuse(db, [known]);
  expect(await rehearse(db, judgedOf([known], ids))).toMatchObject([
    { is_lead: false, territory: "de", owner: null },
  ]);
});

test("capacity is what is left after those dealt before; with nobody left there is no owner", async ({
  db,
}) => {
  for (const slug of ["dora", "dirk", "doris", "dieter"]) await limitTo(db, slug, slug === "dora" ? 2 : 0);
  const arrivals = [{ attributes: someone() }, { attributes: someone() }, { attributes: someone() }];
  const ids = await refuse(db, arrivals);
  const judged = judgedOf(arrivals, ids);
  expect((await rehearse(db, judged)).map(({ owner }) => owner)).toEqual(["dora", "dora", null]);
  const dora = await oneValue<number>(db, "select id as value from app_public.actors where slug = 'dora'");
  const later = await rehearse(db, judged, { [dora]: 1 });
  expect(later.map(({ owner }) => owner)).toEqual(["dora", null, null]);
});

function judgedOf(arrivals: Arrival[], ids: string[]): object[] {
  return acceptedOf(arrivals, ids).map((one) => ({ ...one, rules: [] }));
}

function rehearse(db: ClientBase, judged: object[], dealt: object = {}) {
  return asWorker(db, () =>
    allRows<{ is_lead: boolean; territory: string | null; owner: string | null }>(
      db,
      "select is_lead, territory, owner from app_private.rehearse_captures($1, app_private.current_revision(), now(), $2)",
      [JSON.stringify(judged), JSON.stringify(dealt)],
    ),
  );
}
