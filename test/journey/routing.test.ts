import type { Client } from "pg";
import { expect } from "vitest";
import {
  DeclineLeadDocument,
  LeadDecisionDocument,
  SetAbsenceDocument,
} from "../../graphql/generated/graphql.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import routeQueue from "../../src/tasks/route_queue.ts";
import { test as base, type Served } from "../api/serve.ts";
import { acmeWith, change } from "../setup/folder_of.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { chainOf, ownerOf } from "../support/pools.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

/** Sales Germany takes turns 5:3:1, asks for an answer within ten minutes, and has no other pool behind it. */
const TEAM = `    accept_seconds: 600
    members:
      - { actor: dora, weight: 5 }
      - { actor: dirk, weight: 3 }
      - { actor: doris, weight: 1 }
      - { actor: dieter, capacity: 30 }`;
const SHIPPED = `    escalates_to: sales-emea
    members:
      - { actor: dora }
      - { actor: dirk }
      - { actor: doris }
      - { actor: dieter, capacity: 30 }`;
const RULES = `routing_rules:
  - { territory: de, segment: public, person: mona }
teams:`;

const test = base.extend("office", { scope: "file" }, async ({ api, database }) => {
  const folder = await acmeWith("teams.yaml", SHIPPED, TEAM);
  await change(folder, "teams.yaml", "teams:", RULES);
  await applyFolder(database.urls.worker, folder);
  const db = await connect(database.urls.superuser);
  return { api, db };
});

test("a pool through a week: turns, leave, refusals, nobody there, and back", async ({ office }) => {
  const { api, db } = office;

  // Dieter is away all week; his manager says so. Nine leads come: five, three, one.
  await away(api, "mona", "dieter", { handOver: false });
  expect(await shares(db, await arriveInRow(db, 9))).toEqual({ dora: 5, dirk: 3, doris: 1 });

  // What a rule says stands before the turn, and uses none.
  const ruled = await receiveOne(db, { attributes: someone({ segment: "public" }) });
  expect(await explanation(api, ruled.leadId)).toMatch(/^Assigned to mona, who is named by routing rule 1\./);

  // Dora goes on leave and hands over: none of hers is left, and none comes.
  expect(await away(api, "dora", "dora", { handOver: true })).toBe(5);
  expect(await heldBy(db, "dora")).toBe(0);
  const meanwhile = await shares(db, await arriveInRow(db, 8));
  expect(meanwhile).toEqual({ dirk: 6, doris: 2 });

  // One that nobody wants: both decline, then who answers for Germany has it. Everybody's word is kept.
  const { leadId: unwanted } = await receiveOne(db, { attributes: someone() });
  const first = (await ownerOf(db, unwanted)) ?? "";
  const second = first === "dirk" ? "doris" : "dirk";
  for (const slug of [first, second]) {
    expect(await ownerOf(db, unwanted)).toBe(slug);
    await api.ask(slug, DeclineLeadDocument, { leadId: unwanted, reason: "Not my trade" });
  }
  expect(await chainOf(db, unwanted)).toMatchObject([
    { owner: first },
    { owner: second, cause: "declined" },
    { owner: "mona", cause: "declined" },
  ]);
  expect(await explanation(api, unwanted)).toMatch(
    new RegExp(`^${second} declined it: Not my trade\\. Assigned to mona, who answers for the territory`),
  );

  // Everybody is away: a lead waits, with a case; a quarter of an hour later the manager has it and is warned.
  for (const slug of ["dirk", "doris"]) await away(api, slug, slug, { handOver: false });
  const waiting = await receiveOne(db, { attributes: someone() }, { asOf: minutesAgo(16) });
  const fresh = await receiveOne(db, { attributes: someone() }, { asOf: minutesAgo(2) });
  expect([await ownerOf(db, waiting.leadId), await ownerOf(db, fresh.leadId)]).toEqual([null, null]);
  await minute(db);
  expect([await ownerOf(db, waiting.leadId), await ownerOf(db, fresh.leadId)]).toEqual(["mona", null]);
  const warnings = await allRows<{ text: string; recipient: string }>(
    db,
    `select text, slug as recipient from app_public.notifications join app_public.actors on actors.id = recipient_id
      where notifications.kind = 'lead_unassigned'`,
  );
  expect(warnings).toEqual([
    {
      recipient: "mona",
      text: expect.stringContaining("Warning: A new lead was unassigned for 15 minutes."),
    },
  ]);

  // Dora is back: the one that waits is hers, its case closes, and she is not flooded.
  await api.ask("dora", SetAbsenceDocument, { actor: "dora", startsAt: hours(-2), endsAt: null });
  await minute(db);
  expect(await ownerOf(db, fresh.leadId)).toBe("dora");
  expect(await allRows(db, "select from app_public.exceptions where resolved_at is null")).toEqual([]);
  for (const slug of ["dirk", "doris"]) {
    await api.ask(slug, SetAbsenceDocument, { actor: slug, startsAt: hours(-2), endsAt: null });
  }
  const { dora = 0, dirk = 0, doris = 0 } = await shares(db, await arriveInRow(db, 18));
  for (const [got, fair] of [
    [dora, 10],
    [dirk, 6],
    [doris, 2],
  ] as const) {
    expect(Math.abs(got - fair)).toBeLessThanOrEqual(1);
  }

  // Whatever happened, no lead has two owners, and each one's decision speaks of the owner it has.
  const odd = await allRows(
    db,
    `select leads.id from app_public.leads
       left join app_public.assignments on assignments.lead_id = leads.id and assignments.ended_at is null
       left join app_public.decisions on decisions.lead_id = leads.id and decisions.superseded_by_id is null
      where assignments.owner_id is distinct from leads.owner_id or decisions.owner_id is distinct from leads.owner_id`,
  );
  expect(odd).toEqual([]);
});

/** Says that `whom` is away since two hours ago; answers how many leads were handed over. */
async function away(
  api: Served,
  who: string,
  whom: string,
  { handOver }: { handOver: boolean },
): Promise<number | null | undefined> {
  const { data } = await api.ask(who, SetAbsenceDocument, {
    actor: whom,
    startsAt: hours(-2),
    endsAt: hours(100),
    handOver,
  });
  return data.setAbsence?.absence?.handedOver;
}

/** One after the other, as on a usual day. */
async function arriveInRow(db: Client, count: number): Promise<string[]> {
  const arrivals = Array.from({ length: count }, () => ({ attributes: someone() }));
  return (await receive(db, arrivals, { batchSize: 1 })).map(({ leadId }) => leadId ?? "");
}

async function shares(db: Client, leadIds: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of leadIds) {
    const owner = (await ownerOf(db, id)) ?? "nobody";
    counts[owner] = (counts[owner] ?? 0) + 1;
  }
  return counts;
}

async function explanation(api: Served, leadId: string): Promise<string | null | undefined> {
  return (await api.ask("mona", LeadDecisionDocument, { leadId })).data.lead?.explanation;
}

function heldBy(db: Client, slug: string): Promise<number> {
  return oneValue(
    db,
    "select count(*)::int as value from app_public.leads join app_public.actors on actors.id = owner_id where slug = $1",
    [slug],
  );
}

/** What the worker does once a minute. */
async function minute(db: Client): Promise<void> {
  await db.query("begin");
  await db.query("select app_private.wake('route_queue')");
  await runJobs(db, { route_queue: routeQueue });
  await db.query("commit");
}

function hours(from: number): string {
  return new Date(Date.now() + from * 3_600_000).toISOString();
}

function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}
