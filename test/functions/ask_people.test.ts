import type { ClientBase } from "pg";
import { expect } from "vitest";
import {
  acceptedOf,
  processAccepted,
  receive,
  receiveOne,
  someone,
  stageArrivals,
} from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as committed } from "../support/database.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow, oneValue } from "../support/rows.ts";

test("five are asked at once, then one per hundred arrivals, the likeliest first", async ({ db }) => {
  const doubtful = await receiveDoubts(db, 9);
  expect(await asked(db)).toEqual(doubtful.slice(0, 5));
  // The sixth to the ninth wait. Let them be doubts of likeness.
  for (const [at, probability] of [0.85, 0.99, 0.9, 0.95].entries())
    await db.query(
      `update app_public.match_candidates set probability = $2, evidence = evidence - 'key' where capture_id = $1`,
      [doubtful[5 + at], probability],
    );
  await receiveOne(db, { attributes: someone() });
  expect(await asked(db)).toHaveLength(5);

  await db.query("update app_private.match_statistics set arrivals = 698");
  await receiveOne(db, { attributes: someone() });
  expect(await asked(db)).toEqual([...doubtful.slice(0, 5), doubtful[6]].toSorted()); // 699: the sixth
  await receiveOne(db, { attributes: someone() });
  expect(await asked(db)).toEqual([...doubtful.slice(0, 5), doubtful[6], doubtful[8]].toSorted());
  expect(
    await oneValue(
      db,
      "select array_agg(distinct asked_at is null order by asked_at is null) as value from app_public.match_candidates",
    ),
  ).toEqual([false, true]);
});

test("keys that belong to different leads go before likeness; what was decided meanwhile is not asked", async ({
  db,
}) => {
  const doubtful = await receiveDoubts(db, 8);
  await db.query(
    "update app_public.match_candidates set probability = 0.999, evidence = evidence - 'key' where capture_id = any ($1)",
    [doubtful.slice(5, 7)],
  );
  await db.query(
    "update app_public.match_candidates set state = 'rejected', decided_at = now() where capture_id = $1",
    [doubtful[5]],
  );
  await db.query("update app_private.match_statistics set arrivals = 600");
  await receiveOne(db, { attributes: someone() });
  expect(await asked(db)).toEqual([...doubtful.slice(0, 5), doubtful[7]]);
  await db.query("update app_private.match_statistics set arrivals = 5000");
  await receiveOne(db, { attributes: someone() });
  expect(await asked(db)).toEqual([...doubtful.slice(0, 5), doubtful[6], doubtful[7]]);
});

test("a case tells what a doubt of its arrival rests on, all pairs of it", async ({ db }) => {
  const [ana, phone] = await receive(db, [
    { attributes: { email: "ana@mail.example", country: "DE" } },
    { attributes: { phone: "+493012345678", country: "FR" } },
  ]);
  const both = await receiveOne(db, {
    attributes: { email: "ana@mail.example", phone: "+493012345678", country: "DE" },
  });
  expect(both.leadId).toBe(ana?.leadId);
  const question = await oneRow(
    db,
    `select exceptions.reason, exceptions.capture_id, exceptions.trace_id, exceptions.details, territories.slug as territory, capture_paths.slug as path
       from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
       join app_public.capture_paths on capture_paths.id = exceptions.path_id
      where exceptions.kind = 'possible_duplicate'`,
  );
  expect(question).toMatchObject({
    reason: "A key of this arrival belongs to another lead",
    capture_id: both.captureId,
    trace_id: both.traceId,
    territory: "emea",
    path: "web-form",
    details: {
      lead_ids: [phone?.leadId, ana?.leadId],
      evidence: [{ lead_id: phone?.leadId, key: "phone" }],
    },
  });
});

test("count_arrivals: tests do not count, and beyond twenty thousand what was before counts half", async ({
  db,
}) => {
  const counted = () =>
    oneRow<Record<string, string>>(db, "select arrivals, questions from app_private.match_statistics");
  await receive(db, [
    { attributes: someone() },
    { attributes: someone() },
    { attributes: someone(), isTest: true },
  ]);
  expect(await counted()).toEqual({ arrivals: "2", questions: "0" });
  await db.query("update app_private.match_statistics set arrivals = 20001, questions = 7");
  await receiveOne(db, { attributes: someone() });
  expect(await counted()).toEqual({ arrivals: "10001", questions: "4" });
});

committed("nobody waits for a batch that counts at this moment", async ({ database }) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const arrivals = ["DE", "DE", "FR"].map((country) => ({ attributes: someone({ country }) }));
  const [first, second, third] = acceptedOf(arrivals, await stageArrivals(one, arrivals)).map((it) => [it]);
  await processAccepted(one, first ?? []);
  await one.query("begin");
  await processAccepted(one, second ?? []);
  await processAccepted(other, third ?? []);
  await one.query("commit");
  // The third was passed by: fewer questions, not more.
  expect(await oneValue(one, "select arrivals as value from app_private.match_statistics")).toBe("2");
});

/** Arrivals each of which brings the keys of two leads. Answers their captures. */
async function receiveDoubts(db: ClientBase, count: number): Promise<string[]> {
  const captureIds: string[] = [];
  for (let n = 0; n < count; n++) {
    const [email, phone] = [`doubt-${n}@mail.example`, `+49301234560${n}`];
    await receive(db, [{ attributes: { email, country: "DE" } }, { attributes: { phone, country: "DE" } }]);
    captureIds.push((await receiveOne(db, { attributes: { email, phone, country: "DE" } })).captureId);
  }
  return captureIds;
}

function asked(db: ClientBase): Promise<string[]> {
  return allValues(
    db,
    "select capture_id as value from app_public.exceptions where kind = 'possible_duplicate' order by capture_id",
  );
}
