import type { ClientBase } from "pg";
import { expect } from "vitest";
import { makeRandom } from "../../src/cli/demo/random.ts";
import { actorId } from "../support/acme.ts";
import { type Arrival, asWorker, receive, receiveOne, secondsLater } from "../support/arrivals.ts";
import { addPolicy, changeStatus, hear, pause } from "../support/clocks.ts";
import { said } from "../support/gates.ts";
import { differences, everyRow, fire, forgetClock, merge, respond, unmerge } from "../support/merges.ts";
import { allValues } from "../support/rows.ts";
import { absent } from "../support/staff.ts";
import { expectOrder, strangers } from "./merge_rules.ts";

const COUNTRIES = ["DE", "DE", "FR", "GB"];
const STATUSES = [
  "attempting_to_contact",
  "contacted",
  "qualified",
  "nurturing",
  "closed_won",
  "closed_lost",
  "new",
];

/**
 * A random life of a dozen people, by a seed: arrivals, later touches, words of theirs and answers, changes of status, owner and
 * policies, pauses, deadlines, merges and unmerges. After each step everything is in its place; in the end every merge is
 * undone, twice over.
 */
export async function liveRandomly(db: ClientBase, seed: number, steps: number): Promise<void> {
  const random = makeRandom(seed);
  const mona = await actorId(db, "mona"); // people take leads apart: a withdrawal said meanwhile is kept in their name
  const people: Arrival["attributes"][] = [];
  let seconds = 60;
  let touches = 0;

  const pass = (more: number) => {
    seconds += more;
    return seconds;
  };
  const roots = () => leads(db, "merged_into_id is null");
  const merged = () => leads(db, "merged_into_id is not null");
  const later = () => secondsLater(db, pass(1 + random.below(3000)));
  const mergeTwo = async () => {
    const ids = await roots();
    const survivorId = random.pick(ids);
    const others = ids.filter((id) => id !== survivorId);
    if (others.length === 0) return null;
    const mergedId = random.pick(others);
    await merge(db, survivorId, mergedId, { asOf: await later() });
    return mergedId;
  };
  const acts: Record<string, () => Promise<unknown>> = {
    arrive: async () => {
      people.push({ email: `person-${seed}-${people.length}@mail.example`, country: random.pick(COUNTRIES) });
      touches += 1;
      const came = await receiveOne(
        db,
        { attributes: random.pick(people.slice(-1)) },
        { asOf: await later() },
      );
      if (random.below(4) === 0) await forgetClock(db, came.leadId);
    },
    comeAgain: async () => {
      touches += 1;
      const attributes = {
        ...random.pick(people),
        campaign: `campaign-${seconds}`,
        employees: random.below(400),
      };
      const consents =
        random.below(3) === 0 ? [said(random.pick(["granted", "withdrawn"]), "marketing")] : undefined;
      return receive(db, [{ attributes, ...(consents && { consents }) }], { asOf: await later() });
    },
    answer: async () => respond(db, random.pick(await roots()), pass(1 + random.below(3000))),
    hear: async () => hear(db, random.pick(await roots()), await later()),
    pause: async () => {
      const at = await later();
      await pause(
        db,
        random.pick(await roots()),
        at,
        await secondsLater(db, pass(0) + 600 + random.below(6000)),
      );
    },
    changeStatus: async () =>
      changeStatus(db, random.pick(await roots()), random.pick(STATUSES), await later()),
    reassign: async () =>
      reassign(db, random.pick(await roots()), random.pick(["dora", "dirk", "mona"]), await later()),
    edit: async () =>
      edit(db, random.pick(await roots()), { first_name: `Name ${random.below(9)}` }, await later()),
    routeQueue: async () =>
      asWorker(db, async () => db.query("select app_private.route_queue($1, 100)", [await later()])),
    fire: async () => fire(db, pass(random.below(9000))),
    changePolicy: async () => {
      await db.query("update app_public.sla_policies set target_seconds = $2 where slug = $1", [
        random.pick(["outcome", "stage"]),
        random.pick([2_000, 9_000, 30_000]),
      ]);
      await rearm(db, await later());
    },
    merge: mergeTwo,
    mergeAgain: mergeTwo,
    unmerge: async () => {
      const ids = await merged();
      if (ids.length > 0) await unmerge(db, random.pick(ids), { asOf: await later(), actorId: mona });
    },
  };

  await absent(db, ["felix"]);
  await addPolicy(db, {
    slug: "outcome",
    kind: "outcome",
    target_seconds: 20_000,
    thresholds: [100],
    pauses_on: ["nurturing"],
    max_pause_seconds: 5_000,
  });
  await addPolicy(db, {
    slug: "stage",
    kind: "stage_time",
    target_seconds: 4_000,
    thresholds: [80, 100],
    on_reassign: "restart",
  });
  const done: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const name = people.length < 4 ? "arrive" : random.pick(Object.keys(acts));
    done.push(name);
    await acts[name]?.();
    await expectOrder(db, touches, `seed ${seed}, step ${step}: ${done.join(", ")}`);
  }

  await undoInAnyOrder();
  for (let ids = await merged(); ids.length > 0; ids = await merged()) {
    await unmerge(db, random.pick(ids), { asOf: await later(), actorId: mona });
    await expectOrder(db, touches, `seed ${seed}, at the end`);
  }
  expect(await strangers(db)).toEqual([]);

  /** Merges on top of what stands, undone in any order, leave no trace. */
  async function undoInAnyOrder(): Promise<void> {
    const before = await everyRow(db);
    const stack: string[] = [];
    for (let step = 0; step < 6; step += 1) {
      const mergedId = random.below(3) > 0 || stack.length === 0 ? await mergeTwo() : null;
      if (mergedId !== null) stack.push(mergedId);
      else if (stack.length > 0) await unmerge(db, takeAny(stack), { asOf: await later(), actorId: mona });
    }
    while (stack.length > 0) await unmerge(db, takeAny(stack), { asOf: await later(), actorId: mona });
    expect([seed, differences(before, await everyRow(db))]).toEqual([seed, []]);
  }

  function takeAny(stack: string[]): string {
    return stack.splice(random.below(stack.length), 1)[0] ?? "";
  }
}

async function leads(db: ClientBase, condition: string): Promise<string[]> {
  return allValues(db, `select id as value from app_public.leads where ${condition} order by id`);
}

/** All that is behind, as the job does, one call after the other. */
async function rearm(db: ClientBase, at: Date): Promise<void> {
  await asWorker(db, async () => {
    const pass = () => allValues<number>(db, "select app_private.rearm_clocks($1, 1000) as value", [at]);
    while ((await pass())[0] !== 0);
  });
}

async function edit(db: ClientBase, leadId: string, fields: object, at: Date): Promise<void> {
  await asWorker(db, () =>
    db.query(
      "select app_private.write_edits(leads, $2, null, $3) from app_public.leads where leads.id = $1",
      [leadId, JSON.stringify(fields), at],
    ),
  );
}

async function reassign(db: ClientBase, leadId: string, slug: string, at: Date): Promise<void> {
  const owner = await actorId(db, slug);
  await asWorker(db, () =>
    db.query(
      "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', $3) from app_public.leads where id = $1",
      [leadId, owner, at],
    ),
  );
}
