import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { changeStatus } from "../support/clocks.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";
import { switchOff } from "../support/staff.ts";

/** Whoever could be given a lead of the country. */
const REPS = `
  select distinct actors.slug as value
    from app_public.team_members join app_public.teams on teams.id = team_members.team_id
    join app_public.actors on actors.id = team_members.actor_id
   where teams.takes_leads`;

test("whose lead is closed needs no owner any more; opened again, it waits for one as before", async ({
  db,
}) => {
  await switchOff(db, await allValues(db, REPS));
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const waiting = { resolved_at: null, outcome: null, stopped: false };
  expect(await casesOf(db, leadId)).toEqual([waiting]);
  await changeStatus(db, leadId, "contacted", await secondsLater(db, 5));
  expect(await casesOf(db, leadId)).toEqual([waiting]);
  await changeStatus(db, leadId, "closed_lost", await secondsLater(db, 10));
  const over = { resolved_at: await secondsLater(db, 10), outcome: "closed", stopped: true };
  expect(await casesOf(db, leadId)).toEqual([over]);
  await changeStatus(db, leadId, "closed_won", await secondsLater(db, 20));
  expect(await casesOf(db, leadId)).toEqual([over]);
  await changeStatus(db, leadId, "qualified", await secondsLater(db, 30));
  expect(await casesOf(db, leadId)).toEqual([over, waiting]);
});

test("a lead that has an owner opens none when it is opened again", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "closed_lost", await secondsLater(db, 10));
  await changeStatus(db, leadId, "qualified", await secondsLater(db, 30));
  expect(await casesOf(db, leadId)).toEqual([]);
});

function casesOf(db: ClientBase, leadId: string) {
  return allRows(
    db,
    `select exceptions.resolved_at, exceptions.outcome,
            not exists (select from app_public.clocks where clocks.exception_id = exceptions.id and clocks.stopped_at is null) as stopped
       from app_public.exceptions where exceptions.lead_id = $1 and exceptions.kind = 'nobody_available' order by exceptions.id`,
    [leadId],
  );
}
