import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { demanded, reported, settle, settleStaged } from "../support/settle.ts";

test("each capture of a batch goes the way of what it is", async ({ db }) => {
  await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  await settle(db, [
    { settle: { as: "split" } },
    { settle: { as: "ignored", reason: "Of no concern." } },
    { settle: { as: "order" } },
    { settle: reported("ana@mail.example") },
    { settle: demanded("nobody@mail.example") },
  ]);
  expect(
    await allRows(db, "select kind, status, outcome, error from app_public.captures order by id offset 1"),
  ).toEqual([
    { kind: "lead", status: "processed", outcome: "split", error: null },
    { kind: "lead", status: "processed", outcome: "ignored", error: "Of no concern." },
    { kind: "order", status: "processed", outcome: "recorded", error: null },
    { kind: "activity", status: "processed", outcome: "activity_logged", error: null },
    { kind: "privacy", status: "processed", outcome: "nothing_held", error: null },
  ]);
});

test("what is thin stays pending and waits for its vendor", async ({ db }) => {
  const asOf = await secondsLater(db, 5);
  await settle(db, [{ settle: { as: "thin" } }], { asOf });
  expect(await allRows(db, "select status, fetch_due_at from app_public.captures")).toEqual([
    { status: "pending", fetch_due_at: asOf },
  ]);
});

test("a capture that is no longer pending is left alone", async ({ db }) => {
  const [id = ""] = await settle(db, [{ settle: { as: "ignored", reason: "Of no concern." } }]);
  await settleStaged(db, [{ id, settle: { as: "order" } }]);
  expect(await allRows(db, "select kind, outcome from app_public.captures")).toEqual([
    { kind: "lead", outcome: "ignored" },
  ]);
});

test("the story of an arrival tells what it was, and the lead's story has the activity", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: "ana@mail.example" }) });
  const [id] = await settle(db, [
    { settle: reported("ana@mail.example") },
    { settle: demanded("ana@mail.example") },
    { settle: { as: "ignored", reason: "Of no concern." } },
  ]);
  const told = (where: string, value: unknown) =>
    allRows<{ stage: string; summary: string }>(
      db,
      `select stage, summary from app_public.story_entries where ${where} = $1 order by at, rank`,
      [value],
    );
  const [capture] = await allRows<{ trace_id: string }>(
    db,
    "select trace_id from app_public.captures where id = $1",
    [id],
  );
  expect(await told("trace_id", capture?.trace_id)).toEqual([
    { stage: "receive", summary: "Arrived and kept raw." },
    { stage: "settle", summary: "What happened to a known lead elsewhere." },
    { stage: "activity", summary: "Call, told by another system." },
  ]);
  const story = await told("lead_id", leadId);
  for (const line of [
    { stage: "activity", summary: "Call, told by another system." },
    { stage: "settle", summary: "Somebody wants to be forgotten: people see to it." },
    { stage: "exception", summary: "Somebody wants to be forgotten" },
  ]) {
    expect(story).toContainEqual(line);
  }
  expect(await told("summary", "Tells nothing of a lead.")).toHaveLength(1);
});
