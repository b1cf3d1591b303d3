import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { demandConsent, said } from "../support/gates.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const granted = { consents: [said("granted", "marketing")] };
const withdrawn = { consents: [said("withdrawn", "marketing")] };

test("a withdrawal said while they were one holds both afterwards, whichever key it came through", async ({
  db,
}) => {
  for (const side of ["survivor", "merged"] as const) {
    const pair = await mergedPair(db);
    const { survivorId, mergedId } = pair;
    await receive(db, [{ attributes: pair[side], ...withdrawn }]);
    expect(await consentNotes(db, mergedId)).toEqual([
      "A consent was denied or withdrawn since: it holds for both from now on.",
    ]);
    await unmerge(db, mergedId, { actorId: await actorId(db, "mona") });
    expect([side, await mayContact(db, survivorId), await mayContact(db, mergedId)]).toEqual([
      side,
      false,
      false,
    ]);
    const other = side === "survivor" ? mergedId : survivorId;
    expect(
      await allRows(
        db,
        `select state, actors.slug as told_by, note, consents.trace_id = leads.trace_id as own_trace, given_at = received.at as as_said
           from app_public.consents
           join app_public.actors on actors.id = consents.actor_id
           join app_public.leads on leads.id = consents.lead_id
          cross join (select max(given_at) as at from app_public.consents where capture_id is not null and state = 'withdrawn') as received
          where lead_id = $1`,
        [other],
      ),
    ).toEqual([
      {
        state: "withdrawn",
        told_by: "mona",
        note: "Said while this lead and another one were merged.",
        own_trace: true,
        as_said: true,
      },
    ]);
  }
});

test("the gate holds both where a contract demands the consent", async ({ db }) => {
  await demandConsent(db);
  const yes = { consents: [said("granted")] };
  const person = someone();
  const { leadId: survivorId } = await receiveOne(db, { attributes: person, ...yes });
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone(), ...yes });
  await merge(db, survivorId, mergedId);
  await receive(db, [{ attributes: person, consents: [said("withdrawn")] }]);
  await unmerge(db, mergedId, { actorId: await actorId(db, "mona") });
  expect(
    await allRows(db, "select held_at is not null as held from app_public.leads where id = any ($1)", [
      [survivorId, mergedId],
    ]),
  ).toEqual([{ held: true }, { held: true }]);
});

test("refusals_since_merge: what was said before, and what was granted again, stays whose it is", async ({
  db,
}) => {
  const before = await mergedPair(db, withdrawn);
  expect(await consentNotes(db, before.mergedId)).toEqual([]);
  await unmerge(db, before.mergedId);
  expect([await mayContact(db, before.survivorId), await mayContact(db, before.mergedId)]).toEqual([
    true,
    false,
  ]);

  const again = await mergedPair(db);
  await receive(db, [{ attributes: again.survivor, ...withdrawn }]);
  await receive(db, [{ attributes: again.survivor, ...granted }]);
  expect(await consentNotes(db, again.mergedId)).toEqual([]);
  await unmerge(db, again.mergedId);
  expect([await mayContact(db, again.survivorId), await mayContact(db, again.mergedId)]).toEqual([
    true,
    true,
  ]);
});

test("out of a chain each takes the withdrawal along, and a second time adds nothing", async ({ db }) => {
  const { survivorId: b, mergedId: a, merged } = await mergedPair(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone(), ...granted });
  await merge(db, c, b);
  await receive(db, [{ attributes: merged, ...withdrawn }]);
  const mona = { actorId: await actorId(db, "mona") };
  await unmerge(db, a, mona);
  await unmerge(db, b, mona);
  expect([await mayContact(db, a), await mayContact(db, b), await mayContact(db, c)]).toEqual([
    false,
    false,
    false,
  ]);
  const rows = () => oneValue<number>(db, "select count(*)::int as value from app_public.consents");
  const kept = await rows();
  await merge(db, b, a);
  await unmerge(db, a, mona);
  expect(await rows()).toBe(kept);
});

/** Two people who agreed to marketing, merged; `then` is what the merged one says before that. */
async function mergedPair(db: ClientBase, then?: { consents: object[] }) {
  const [survivor, merged] = [someone(), someone()];
  const { leadId: survivorId } = await receiveOne(db, { attributes: survivor, ...granted });
  const { leadId: mergedId } = await receiveOne(db, { attributes: merged, ...granted });
  if (then !== undefined) await receive(db, [{ attributes: merged, ...then }]);
  await merge(db, survivorId, mergedId);
  return { survivorId, mergedId, survivor, merged };
}

async function consentNotes(db: ClientBase, leadId: string): Promise<string[]> {
  const notes = await asWorker(db, () =>
    oneValue<string[]>(db, "select (app_private.decide_unmerge($1)).notes as value", [leadId]),
  );
  return notes.filter((note) => note.includes("consent"));
}

function mayContact(db: ClientBase, leadId: string): Promise<boolean> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.may_contact($1, 'marketing', now()) as value", [leadId]),
  );
}
