import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne } from "../support/arrivals.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";

// index_search_insert and index_search_update keep search_text of each lead beside it.

test("what a lead is found by follows its names and address, and nothing else that changes", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, {
    attributes: { country: "DE", first_name: "Ana", last_name: "Harlow", email: "ana@harlow.example" },
  });
  expect(await texts(db)).toEqual(["ana harlow ana@harlow.example"]);
  await db.query("update app_public.leads set last_name = 'Barlow' where id = $1", [leadId]);
  expect(await texts(db)).toEqual(["ana barlow ana@harlow.example"]);
  const written = await versions(db);
  await db.query("update app_public.leads set score = 7, status = 'contacted', email = email where id = $1", [
    leadId,
  ]);
  expect(await versions(db)).toEqual(written);
});

test("who is merged or forgotten has no text; who is unmerged has it again", async ({ db }) => {
  const one = await receiveOne(db, { attributes: { country: "DE", email: "one@mail.example" } });
  const other = await receiveOne(db, { attributes: { country: "DE", email: "other@mail.example" } });
  await merge(db, one.leadId, other.leadId);
  expect(await texts(db)).toEqual(["one@mail.example"]);
  await unmerge(db, other.leadId);
  expect(await texts(db)).toEqual(["one@mail.example", "other@mail.example"]);
  await db.query(
    "update app_public.leads set erased_at = now(), closed_at = now(), status = 'closed_lost' where id = $1",
    [one.leadId],
  );
  expect(await texts(db)).toEqual(["other@mail.example"]);
});

async function texts(db: ClientBase): Promise<string[]> {
  return allValues(db, "select text as value from app_private.lead_texts order by text");
}

async function versions(db: ClientBase): Promise<string[]> {
  return allValues(db, "select ctid::text as value from app_private.lead_texts order by text");
}
