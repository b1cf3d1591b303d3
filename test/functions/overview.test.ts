import { expect } from "vitest";
import { z } from "zod";
import { receive, receiveOne, secondsLater, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const Overview = z.object({
  pending: z.number(),
  quarantined: z.number(),
  unassigned: z.number(),
  thresholdsDue: z.number(),
  exceptionsOpen: z.number(),
  partitionMonthsAhead: z.number(),
  times: z.object({
    leads: z.number(),
    route: z.number().nullable(),
    ownership: z.number().nullable(),
    firstResponse: z.number().nullable(),
  }),
  traces: z.array(
    z.object({ traceId: z.string(), status: z.string(), stages: z.array(z.object({ stage: z.string() })) }),
  ),
});
const READ = "select app_private.overview() as value";

test("counts say what waits", async ({ db }) => {
  await absent(db, ["felix"]);
  await receiveOne(db, { attributes: someone({ country: "FR" }) }); // nobody takes it
  await receive(db, [{ attributes: someone({ country: "JP" }) }]); // no territory
  await stageArrivals(db, [{ attributes: someone() }]);
  expect(Overview.parse(await oneValue(db, READ))).toMatchObject({
    pending: 1,
    quarantined: 1,
    unassigned: 1,
    thresholdsDue: 0,
    exceptionsOpen: 2,
    partitionMonthsAhead: 6,
  });
});

test("how long leads took is what GraphQL and BI say of them: the medians of the newest", async ({ db }) => {
  const none = { leads: 0, route: null, ownership: null, firstResponse: null };
  expect(Overview.parse(await oneValue(db, READ)).times).toEqual(none);
  for (const seconds of [1, 2, 9])
    await receiveOne(db, { attributes: someone() }, { asOf: await secondsLater(db, seconds) });
  const { times } = Overview.parse(await oneValue(db, READ));
  expect(times).toMatchObject({ leads: 3, firstResponse: null });
  expect(times.route).toBeCloseTo(2, 0);
  expect(times.ownership).toBeCloseTo(2, 0);
  const median = (view: string) =>
    oneValue(
      db,
      `select percentile_cont(0.5) within group (order by calendar_seconds) as value from bi.${view}`,
    );
  expect(await median("time_to_route")).toBe(times.route);
  expect(await median("time_to_ownership")).toBe(times.ownership);
});

test("the last arrivals stand with their stages, newest first, and say nothing of the person", async ({
  db,
}) => {
  const attributes = someone({ first_name: "Anastasia" });
  const first = await receiveOne(db, { attributes }, { asOf: await secondsLater(db, 1) });
  const second = await receiveOne(db, { attributes: someone() }, { asOf: await secondsLater(db, 2) });
  const answer = await oneValue(db, READ);
  const { traces } = Overview.parse(answer);
  expect(traces.map(({ traceId }) => traceId)).toEqual([second.traceId, first.traceId]);
  expect(traces[0]?.stages.map(({ stage }) => stage).sort()).toEqual([
    "receive",
    "record touch",
    "resolve identity",
    "route",
    "start clock",
  ]);
  expect(JSON.stringify(answer)).not.toMatch(/Anastasia|mail\.example/);
});
