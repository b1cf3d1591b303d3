import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../api/serve.ts";
import { arrive } from "../support/arrive.ts";
import { oneValue } from "../support/rows.ts";

const PROBES = 500;
const DOCUMENTS = {
  "a lead by its id": "query ($id: UUID!) { lead(rowId: $id) { email } }",
  "a change of it": "mutation ($id: UUID!) { claimLead(input: { leadId: $id }) { lead { rowId } } }",
};

/**
 * How long an answer takes tells nothing about what is hidden. Probes alternate, so that whatever else the machine does
 * falls on both; one series in a hundred differs by chance, hence three, of which one must not.
 */
for (const [what, document] of Object.entries(DOCUMENTS)) {
  test(`${what}, hidden or absent, takes the same time`, async ({ api, database }) => {
    const hidden = await withConnection(database.urls.superuser, async (root) => {
      const { traceId } = await arrive(database, {
        path: "web-form",
        attributes: { email: `${randomUUID()}@example.fr`, country: "FR" },
      });
      return oneValue<string>(root, "select id as value from app_public.leads where trace_id = $1", [
        traceId,
      ]);
    });
    const probe = async (id: string) => {
      const startedAt = performance.now();
      await api.ask("dora", document, { id });
      return performance.now() - startedAt;
    };
    for (let warm = 0; warm < 100; warm += 1) await probe(randomUUID());
    const series: { shift: number; p: number }[] = [];
    for (let run = 0; run < 3; run += 1) {
      const times: { hidden: number[]; absent: number[] } = { hidden: [], absent: [] };
      for (let count = 0; count < PROBES; count += 1) {
        if (count % 2 === 0) times.hidden.push(await probe(hidden));
        times.absent.push(await probe(randomUUID()));
        if (count % 2 === 1) times.hidden.push(await probe(hidden));
      }
      series.push(compare(times.hidden, times.absent));
    }
    console.log(what, series);
    expect(series.filter(({ shift, p }) => shift < 0.1 && p > 0.01)).not.toEqual([]);
  });
}

/** `shift`: of the medians, as a part of the spread between the quartiles; `p`: of Mann and Whitney, by the normal curve. */
function compare(one: number[], other: number[]): { shift: number; p: number } {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  const rankSum = all.reduce((sum, { isOne }, index) => (isOne ? sum + index + 1 : sum), 0);
  const [n, m] = [one.length, other.length];
  const z = (rankSum - (n * (n + 1)) / 2 - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  const at = (values: number[], part: number) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
  const spread =
    at(
      all.map(({ value }) => value),
      0.75,
    ) -
    at(
      all.map(({ value }) => value),
      0.25,
    );
  return { shift: Math.abs(at(one, 0.5) - at(other, 0.5)) / spread, p: twoSided(Math.abs(z)) };
}

/** Abramowitz and Stegun 26.2.17: exact to seven places. */
function twoSided(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 2 * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
