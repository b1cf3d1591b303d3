import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

type State = Record<string, unknown>;
const EARLY = "2026-01-01T00:00:00+00:00";
const LATE = "2026-02-01T00:00:00+00:00";

test("it keeps what it has: owner, status, clock; the earliest answer and the best score count", async ({
  db,
}) => {
  const [dora, dirk] = [await actorId(db, "dora"), await actorId(db, "dirk")];
  expect(
    await decide(db, [
      {
        owner_id: dora,
        status: "new",
        score: 10,
        first_responded_at: LATE,
        first_seen_at: LATE,
        last_activity_at: EARLY,
      },
      {
        owner_id: dirk,
        status: "qualified",
        score: 30,
        first_responded_at: EARLY,
        first_seen_at: EARLY,
        last_activity_at: LATE,
      },
    ]),
  ).toMatchObject({
    owner_id: dora,
    status: "new",
    score: 30,
    first_responded_at: EARLY,
    first_seen_at: EARLY,
    last_activity_at: LATE,
  });
});

test("whether its owner had word comes with the owner, not with somebody else's lead", async ({ db }) => {
  const [dora, dirk] = [await actorId(db, "dora"), await actorId(db, "dirk")];
  const heard = { owner_id: dirk, handed_over_at: EARLY };
  expect(await decide(db, [{ owner_id: dora }, heard])).toMatchObject({ handed_over_at: null });
  expect(await decide(db, [{}, heard])).toMatchObject({ owner_id: dirk, handed_over_at: EARLY });
  expect(await decide(db, [{ handed_over_at: LATE }, { owner_id: dirk }])).toMatchObject({
    owner_id: dirk,
    handed_over_at: null,
  });
  expect(await decide(db, [{ handed_over_at: LATE }, {}])).toMatchObject({ handed_over_at: LATE });
});

test("without an owner it takes the first that may work where it lives", async ({ db }) => {
  const nina = await actorId(db, "nina");
  const uma = await actorId(db, "uma");
  const dirk = await actorId(db, "dirk");
  const dora = await actorId(db, "dora");
  expect(
    await decide(db, [{}, { owner_id: nina }, { owner_id: uma }, { owner_id: dirk }, { owner_id: dora }]),
  ).toMatchObject({ owner_id: dirk });
  expect(await decide(db, [{}, { owner_id: nina }])).toMatchObject({ owner_id: null });
  await db.query("update app_public.actors set is_active = false where slug = 'dirk'");
  expect(await decide(db, [{}, { owner_id: dirk }, { owner_id: dora }])).toMatchObject({ owner_id: dora });
});

test("without a clock it takes the first that runs, unless somebody was answered before that one began", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const clockId = await oneValue<string>(db, "select id as value from app_public.clocks where lead_id = $1", [
    leadId,
  ]);
  const runs = { clock_id: clockId, is_clock_running: true };
  expect(await decide(db, [{}, {}, runs])).toMatchObject(runs);
  expect(await decide(db, [{}, { ...runs, is_clock_running: false }])).toMatchObject({
    clock_id: null,
    is_clock_running: false,
  });
  expect(await decide(db, [{ first_responded_at: EARLY }, runs])).toMatchObject({
    clock_id: null,
    is_clock_running: false,
  });
});

/** Of a German lead with the first of these states. */
async function decide(db: ClientBase, states: State[]): Promise<State> {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const whole = states.map((state) => ({
    lead_id: leadId,
    status: "new",
    is_clock_running: false,
    ...state,
  }));
  return oneValue(
    db,
    `select to_jsonb(app_private.decide_state(array(
       select state from jsonb_populate_recordset(null::app_private.lead_state, $1) as state))) as value`,
    [JSON.stringify(whole)],
  );
}
