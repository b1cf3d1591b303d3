import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const DECISIONS = `select decisions.action, decisions.superseded_by_id = decisions.id as makes_room
  from app_public.decisions order by decisions.id`;

test("the decision that queued a lead makes room, once", async ({ db }) => {
  await absent(db, ["felix"]);
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await asWorker(db, () => db.query("select app_private.leave_queue($1)", [[leadId]]));
  await asWorker(db, () => db.query("select app_private.leave_queue($1)", [[leadId]]));
  expect(await allRows(db, DECISIONS)).toEqual([{ action: "queue", makes_room: true }]);
});

test("a lead that has its owner keeps its decision, and end_waiting finds nothing to do", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await asWorker(db, () => db.query("select app_private.leave_queue($1)", [[leadId]]));
  await asWorker(db, () => db.query("select app_private.end_waiting($1, now())", [[leadId]]));
  expect(await allRows(db, DECISIONS)).toEqual([{ action: "assign", makes_room: null }]);
});
