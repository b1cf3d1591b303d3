import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { refuse } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

test("blanks of the touch are filled, the lead follows what it says now, a second time nothing changes", async ({
  db,
}) => {
  const { captureId } = await receiveOne(db, { attributes: someone({ city: "Berlin", channel: "search" }) });
  const attributes = {
    country: "DE",
    city: "Bonn",
    channel: "mail",
    campaign: "spring",
    company: "Acme",
    identities: [],
  };
  expect(await replay(db, captureId, attributes)).toBe(1);
  expect(await oneRow(db, "select city, company from app_public.leads")).toEqual({
    city: "Bonn",
    company: "Acme",
  });
  expect(await oneRow(db, "select channel, campaign, attributes from app_public.source_events")).toEqual({
    channel: "search",
    campaign: "spring",
    attributes,
  });
  expect(await replay(db, captureId, attributes)).toBe(0);
});

test("rescore_leads: the best that any touch earns by the rules in force, also when that is less", async ({
  db,
}) => {
  const person = someone({ company: "Acme" });
  const [, second] = await receive(db, [{ attributes: { ...person, company: "" } }, { attributes: person }]);
  await db.query("update app_public.leads set score = 99");
  await replay(db, second?.captureId, { ...person, company: "Acme", identities: [] });
  expect(await oneValue(db, "select score as value from app_public.leads")).toBe(25);
});

test("fill_touches: a touch of another capture is left alone", async ({ db }) => {
  const person = someone();
  const [first] = await receive(db, [{ attributes: person }, { attributes: person }]);
  await replay(db, first?.captureId, { ...person, campaign: "spring", identities: [] });
  expect(await allRows(db, "select campaign from app_public.source_events order by id")).toEqual([
    { campaign: "spring" },
    { campaign: null },
  ]);
});

test("a capture without a lead is left alone", async ({ db }) => {
  const [id] = await refuse(db, [{ attributes: someone() }]);
  expect(await replay(db, id, { identities: [] })).toBe(0);
  expect(await oneValue(db, "select attributes as value from app_public.captures")).toBe(null);
});

function replay(db: ClientBase, id: string | undefined, attributes: object): Promise<number> {
  return asWorker(db, () =>
    oneValue(
      db,
      `select app_private.replay_captures(jsonb_build_array(jsonb_build_object(
                'id', captures.id, 'contract', captures.contract_id, 'attributes', $2::jsonb)), app_private.current_revision()) as value
         from app_public.captures where captures.id = $1`,
      [id, JSON.stringify(attributes)],
    ),
  );
}
