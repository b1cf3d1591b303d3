import type { ClientBase } from "pg";
import { expect } from "vitest";
import {
  type Arrival,
  acceptedOf,
  asWorker,
  receive,
  receiveOne,
  someone,
  stageArrivals,
} from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { demanded, reported, settle } from "../support/settle.ts";
import { absent } from "../support/staff.ts";

const ANA = { email: "ana@mail.example", phone: "+491", country: "DE" };

test("the same text is the same key, and a test's key is no text's", async ({ db }) => {
  const hash = (value: string, isTest: boolean) =>
    oneValue<Buffer>(db, "select app_private.identity_hash($1, $2) as value", [value, isTest]);
  expect(await hash("ana@mail.example", false)).toEqual(
    await oneValue(db, "select sha256(convert_to('ana@mail.example', 'UTF8')) as value"),
  );
  expect(await hash("ana@mail.example", true)).not.toEqual(await hash("ana@mail.example", false));
});

test("a test with the keys of a person changes nothing of theirs, and the person nothing of the test's", async ({
  db,
}) => {
  const person = await receiveOne(db, { attributes: ANA });
  const before = await wholeLead(db, person.leadId);
  const [trial, again] = await receive(db, [
    { attributes: { ...ANA, first_name: "Test", value_amount: "9.00" }, isTest: true },
    { attributes: { ...ANA, last_name: "Case" }, isTest: true },
  ]);
  expect(trial?.leadId).not.toBe(person.leadId);
  expect(again).toMatchObject({ leadId: trial?.leadId, outcome: "touch_added" });
  expect(await wholeLead(db, person.leadId)).toEqual(before);
  const touch = await receiveOne(db, { attributes: { ...ANA, first_name: "Ana" } });
  expect(touch.leadId).toBe(person.leadId);
  expect(await oneRow(db, "select first_name from app_public.leads where is_test")).toEqual({
    first_name: "Test",
  });
});

test("it is decided and recorded like any other, and nobody hears of it", async ({ db }) => {
  const turns = () =>
    allRows(db, "select team_id, actor_id, last_turn from app_public.team_members order by 1, 2");
  const before = await turns();
  const trial = await receiveOne(db, { attributes: ANA, isTest: true });
  expect(
    await oneRow(
      db,
      `select leads.is_test, leads.owner_id is not null as is_owned, leads.sla_due_at, decisions.action, captures.is_test as capture,
              source_events.is_test as touch, captures.territory_id = leads.territory_id as is_located
         from app_public.leads join app_public.decisions on decisions.lead_id = leads.id
         join app_public.captures on captures.lead_id = leads.id join app_public.source_events on source_events.lead_id = leads.id
        where leads.id = $1`,
      [trial.leadId],
    ),
  ).toEqual({
    is_test: true,
    is_owned: true,
    sla_due_at: null,
    action: "assign",
    capture: true,
    touch: true,
    is_located: true,
  });
  expect(await turns()).toEqual(before);
  for (const table of ["notifications", "clocks", "exceptions"]) {
    expect([table, await allRows(db, `select from app_public.${table}`)]).toEqual([table, []]);
  }
});

test("nobody there, or keys that contradict each other: a test opens no case", async ({ db }) => {
  await absent(db, ["felix"]);
  await receive(db, [
    { attributes: { email: "a@mail.example", phone: "+331", country: "FR" }, isTest: true },
    { attributes: { email: "b@mail.example", country: "DE" }, isTest: true },
    { attributes: { email: "b@mail.example", phone: "+331", country: "US" }, isTest: true },
  ]);
  expect(await allRows(db, "select kind from app_public.exceptions")).toEqual([]);
});

test("a sender who says in the body that it is a test is believed, also when nothing fits", async ({
  db,
}) => {
  const arrivals: Arrival[] = [
    { attributes: ANA },
    { attributes: someone({ country: "JP" }) },
    { attributes: {} },
  ];
  const ids = await stageArrivals(db, arrivals);
  const [located, lost] = acceptedOf(arrivals, ids).map((one) => ({ ...one, isTest: true }));
  const refused = { id: ids[2], kind: "contract_violation", violations: [], isTest: true };
  await asWorker(db, () =>
    db.query("select app_private.process_captures($1, $2, now())", [
      JSON.stringify([located, lost]),
      JSON.stringify([refused]),
    ]),
  );
  expect(await allRows(db, "select outcome, is_test from app_public.captures order by id")).toEqual([
    { outcome: "lead_created", is_test: true },
    { outcome: "no_territory", is_test: true },
    { outcome: "contract_violation", is_test: true },
  ]);
  expect(await allRows(db, "select is_test from app_public.leads")).toEqual([{ is_test: true }]);
  expect(await allRows(db, "select is_test from app_public.source_events")).toEqual([{ is_test: true }]);
});

test("reports and demands that are tests reach leads of tests, and no person", async ({ db }) => {
  await receiveOne(db, { attributes: ANA });
  const trial = await receiveOne(db, { attributes: ANA, isTest: true });
  await settle(db, [
    { settle: reported(ANA.email), isTest: true },
    { settle: demanded(ANA.email), isTest: true },
  ]);
  expect(await allRows(db, "select lead_id from app_public.activities")).toEqual([{ lead_id: trial.leadId }]);
  expect(await allRows(db, "select lead_id from app_private.privacy_requests")).toEqual([
    { lead_id: trial.leadId },
  ]);
  expect(await allRows(db, "select from app_public.exceptions")).toEqual([]);
});

function wholeLead(db: ClientBase, leadId: string) {
  return oneRow(db, "select * from app_public.leads where id = $1", [leadId]);
}
