import { randomUUID } from "node:crypto";
import type { Client, ClientBase } from "pg";
import { expect } from "vitest";
import { makeRandom } from "../../src/cli/demo/random.ts";
import { errorCode } from "../../src/postgres/connect.ts";
import { actorId } from "../support/acme.ts";
import { actAs } from "../support/act_as.ts";
import { receiveOne } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { merge, unmerge } from "../support/merges.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { reported, settle } from "../support/settle.ts";
import { expectOrder } from "./merge_rules.ts";

test("an arrival that began before the merge is waited for, and moves with it", async ({ database }) => {
  const { one, two, observer, backend } = await sessions(database.urls);
  const { survivorId, mergedId, email } = await twoPeople(one);
  await one.query("begin");
  await receiveOne(one, { attributes: { email, country: "DE" } });
  const merging = merge(two, survivorId, mergedId);
  await untilItWaits(observer, backend);
  await one.query("commit");
  await merging;
  expect(await touchesOf(observer, mergedId)).toEqual([survivorId, survivorId]);
});

test("an arrival that came while a merge was under way waits, and follows it", async ({ database }) => {
  const { one, two, observer, backend } = await sessions(database.urls);
  const { survivorId, mergedId, email } = await twoPeople(one);
  await one.query("begin");
  await merge(one, survivorId, mergedId);
  const arriving = receiveOne(two, { attributes: { email, country: "DE" } });
  await untilItWaits(observer, backend);
  await one.query("commit");
  expect((await arriving).leadId).toBe(survivorId);
  expect(await touchesOf(observer, mergedId)).toEqual([survivorId, survivorId]);
});

test("what happened elsewhere to a lead that is being merged is written to its survivor", async ({
  database,
}) => {
  const { one, two, observer, backend } = await sessions(database.urls);
  const { survivorId, mergedId, email } = await twoPeople(one);
  await one.query("begin");
  await merge(one, survivorId, mergedId);
  const telling = settle(two, [{ settle: reported(email) }]);
  await untilItWaits(observer, backend);
  await one.query("commit");
  const [captureId] = await telling;
  const told = "select lead_id as value from app_public.activities where capture_id = $1";
  expect(await oneValue(observer, told, [captureId])).toBe(survivorId);
  await unmerge(one, mergedId);
  expect(await oneValue(observer, told, [captureId])).toBe(mergedId);
});

test("require_task: a follow-up that a merge closes at the same time is over", async ({ database }) => {
  const { one, observer } = await sessions(database.urls);
  const { survivorId, mergedId } = await twoPeople(one);
  const person = await connect(database.urls.superuser);
  const waiting = await backendOf(person);
  const taskId = await oneValue<string>(observer, OVERDUE_TASK, [mergedId]);
  await one.query("begin");
  await merge(one, survivorId, mergedId);
  await person.query("begin");
  await actAs(person, await actorId(observer, "mona"));
  const completing = person.query("select app_public.complete_task($1)", [taskId]).then(() => "", errorCode);
  await untilItWaits(observer, waiting);
  await one.query("commit");
  expect(await completing).toBe("STATE");
});

test("of two merges that would make a circle, one is refused", async ({ database }) => {
  const { one, two, observer, backend } = await sessions(database.urls);
  const { survivorId, mergedId } = await twoPeople(one);
  await one.query("begin");
  await merge(one, survivorId, mergedId);
  const other = merge(two, mergedId, survivorId).then(() => "", errorCode);
  await untilItWaits(observer, backend);
  await one.query("commit");
  expect(await other).toBe("STATE");
});

test("of two merges in a row at the same time, everything ends at the last survivor", async ({
  database,
}) => {
  const { one, two, observer, backend } = await sessions(database.urls);
  const { survivorId: middle, mergedId: first } = await twoPeople(one);
  const { survivorId: last } = await twoPeople(one);
  await one.query("begin");
  await merge(one, middle, first);
  const next = merge(two, last, middle);
  await untilItWaits(observer, backend);
  await one.query("commit");
  await next;
  expect(await touchesOf(observer, first)).toEqual([last]);
});

test("arrivals, merges and unmerges by three at once lose nothing and make no circle", async ({
  database,
}) => {
  const { one, two, observer } = await sessions(database.urls);
  const codes = (await Promise.all([one, two, observer].map(busy))).flat();
  const touches = await oneValue<number>(
    observer,
    "select count(*)::int as value from app_public.captures where lead_id is not null and kind = 'lead'",
  );
  expect(codes.filter((code) => !["", "STATE", "40P01"].includes(code))).toEqual([]);
  expect(codes.filter((code) => code === "").length).toBeGreaterThan(30);
  await expectOrder(observer, touches, "after the crowd");

  async function busy(session: Client, seed: number): Promise<string[]> {
    const random = makeRandom(seed);
    const codes: string[] = [];
    for (let step = 0; step < 30; step += 1)
      codes.push(await act(session, random.below(5)).then(() => "", errorCode));
    return codes;

    async function act(db: Client, choice: number): Promise<unknown> {
      if (choice < 2)
        return receiveOne(db, {
          attributes: { email: `crowd-${random.below(6)}@mail.example`, country: "DE" },
        });
      const ids = await allValues<string>(
        db,
        "select id as value from app_public.leads where email like 'crowd-%' order by id",
      );
      const [a, b] = [ids[random.below(ids.length)], ids[random.below(ids.length)]];
      if (a === undefined || b === undefined || a === b) return undefined;
      return choice === 2 ? unmerge(db, a) : merge(db, a, b);
    }
  }
});

const OVERDUE_TASK = `
  insert into app_public.tasks (lead_id, territory_id, trace_id, kind, title, opened_at, due_at)
  select leads.id, leads.territory_id, leads.trace_id, 'stagnation', 'By hand', now() - interval '1 day', now()
    from app_public.leads where leads.id = $1 returning id as value`;

/** Two of the worker's login, one that looks on, and the backend of the second. */
async function sessions(urls: { worker: string; superuser: string }) {
  const [one, two] = [await connect(urls.worker), await connect(urls.worker)];
  return { one, two, observer: await connect(urls.superuser), backend: await backendOf(two) };
}

async function twoPeople(db: ClientBase) {
  const email = `${randomUUID()}@mail.example`;
  const { leadId: survivorId } = await receiveOne(db, {
    attributes: { email: `${randomUUID()}@mail.example`, country: "DE" },
  });
  const { leadId: mergedId } = await receiveOne(db, { attributes: { email, country: "DE" } });
  return { survivorId, mergedId, email };
}

/** Where the touches of this origin hang. */
async function touchesOf(db: ClientBase, originId: string): Promise<string[]> {
  const rows = await allRows<{ lead_id: string }>(
    db,
    "select lead_id from app_public.source_events where origin_lead_id = $1",
    [originId],
  );
  return rows.map(({ lead_id }) => lead_id);
}
