import { expect } from "vitest";
import { makeRandom } from "../../src/cli/demo/random.ts";
import { actorId } from "../support/acme.ts";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import {
  addPolicy,
  answer,
  changeStatus,
  DIFFERENT_COLUMNS,
  hear,
  pause,
  SEGMENT_RULES,
} from "../support/clocks.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const STATUSES = ["attempting_to_contact", "contacted", "qualified", "nurturing", "closed_lost", "new"];
const MONTH = 30 * 86_400;

/** Told in order or late: what happened to a lead, at any time of its first month. */
for (let seed = 1; seed <= 8; seed += 1) {
  test(`whatever happens to a lead, in whatever order it is told, its segments account for all of its time (seed ${seed})`, async ({
    db,
  }) => {
    const random = makeRandom(seed);
    const rest = { pauses_on: ["customer", "nurturing"], max_pause_seconds: 200_000 };
    await addPolicy(db, {
      slug: "end",
      territory: "de",
      kind: "outcome",
      time: "working",
      target_seconds: 500_000,
      ...rest,
    });
    await addPolicy(db, {
      slug: "stage",
      territory: "de",
      kind: "stage_time",
      time: "working",
      target_seconds: 100_000,
      on_reassign: "restart",
      ...rest,
    });
    const { leadId } = await receiveOne(db, { attributes: someone() });
    let now = 0;
    const told = () => secondsLater(db, random.below(4) === 0 ? random.below(now + 1) : now);
    const acts: Record<string, () => Promise<unknown>> = {
      answer: async () => answer(db, leadId, await told()),
      hear: async () => hear(db, leadId, await told()),
      changeStatus: async () => changeStatus(db, leadId, random.pick(STATUSES), await told()),
      pause: async () =>
        pause(
          db,
          leadId,
          await secondsLater(db, now),
          await secondsLater(db, now + 600 + random.below(300_000)),
        ),
      reassign: async () =>
        db.query(
          "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', $3) from app_public.leads where id = $1",
          [leadId, await actorId(db, random.pick(["dora", "dirk", "mona"])), await secondsLater(db, now)],
        ),
      fire: async () => fire(db, now),
    };
    const done: string[] = [];
    for (let step = 0; step < 30; step += 1) {
      now += random.below(MONTH / 30);
      const name = random.pick(Object.keys(acts));
      done.push(name);
      await acts[name]?.();
      for (const [rule, query] of Object.entries({
        ...SEGMENT_RULES,
        "its columns are its clock": DIFFERENT_COLUMNS,
      })) {
        expect([rule, done.join(", "), await allRows(db, query)]).toEqual([rule, done.join(", "), []]);
      }
    }
  });
}

test("a gap, an overlap and time that nobody used are found", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 1_000));
  await db.query(
    "update app_public.clock_segments set started_at = started_at + interval '1 second', ended_at = ended_at - interval '1 second', working_seconds = 7",
  );
  for (const rule of Object.values(SEGMENT_RULES)) expect(await allRows(db, rule)).toHaveLength(1);
});
