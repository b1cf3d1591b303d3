import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue, refusalOf } from "../support/rows.ts";

const EDIT = "select domain, name, status from app_public.edit_account($1, $2, $3, $4, $5)";

test("write_account: a manager says who looks after a company, and changes one thing at a time", async ({
  db,
}) => {
  await as(db, "mona");
  const first = ["de", " ACME.example ", "dora", "Acme", null];
  expect(await oneRow(db, EDIT, first)).toEqual({ domain: "acme.example", name: "Acme", status: "active" });
  expect(await oneRow(db, EDIT, ["de", "acme.example", null, null, "on_hold"])).toEqual({
    domain: "acme.example",
    name: "Acme",
    status: "on_hold",
  });
  await stopActing(db);
  expect(await oneValue(db, "select count(*)::int as value from app_public.accounts")).toBe(1);
  const audited = await allRows(
    db,
    "select action, actor_id from app_private.audit_entries where entity = 'accounts' order by id",
  );
  const actor_id = await actorId(db, "mona");
  expect(audited).toEqual([
    { action: "insert", actor_id },
    { action: "update", actor_id },
  ]);
});

test("works_leads_in: somebody hidden, somebody who may not and nobody are answered alike", async ({
  db,
}) => {
  await as(db, "mona");
  for (const owner of ["uma", "nina", "felix", "vera", "nobody"]) {
    expect([owner, await refusalOf(db, EDIT, ["de", "acme.example", owner, null, null])]).toEqual([
      owner,
      "NFUND",
    ]);
  }
});

test("require_territory: one that is hidden is answered like one that is not there", async ({ db }) => {
  await as(db, "mona");
  for (const territory of ["us", "globex", "global", "atlantis", null]) {
    const refusal = await refusalOf(db, EDIT, [territory, "acme.example", null, null, null]);
    expect([territory, refusal]).toEqual([territory, "NFUND"]);
  }
});

test("what is no domain, no status or no name is refused", async ({ db }) => {
  await as(db, "mona");
  for (const [domain, name, status] of [
    ["acme", null, null],
    ["https://acme.example", null, null],
    ["", null, null],
    [null, null, null],
    ["acme.example", "x".repeat(1_001), null],
    ["acme.example", null, "lost"],
  ]) {
    expect(await refusalOf(db, EDIT, ["de", domain, null, name, status])).toBe("BADIN");
  }
});

test("leads_account: a lead shows the account of its company, as far as one sees that", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ company_domain: "acme.example" }) });
  const shown =
    "select (app_public.leads_account(leads)).domain as value from app_public.leads where leads.id = $1";
  await as(db, "mona");
  await db.query(EDIT, ["emea", "acme.example", null, null, null]);
  expect(await oneValue(db, shown, [leadId])).toBe("acme.example");
  await as(db, "dora");
  expect(await oneValue(db, shown, [leadId])).toBeNull();
  await as(db, "mona");
  await db.query(EDIT, ["de", "acme.example", null, null, null]);
  await as(db, "dora");
  expect(await oneValue(db, shown, [leadId])).toBe("acme.example");
});

async function as(db: Client, slug: string): Promise<void> {
  await stopActing(db);
  await actAs(db, await actorId(db, slug));
}
