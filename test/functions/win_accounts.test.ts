import type { ClientBase } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const ACME = { company_domain: "acme.example", company: "Acme GmbH" };

test("who wins a lead looks after its company from now on", async ({ db }) => {
  await win(db, (await receiveOne(db, { attributes: someone(ACME) })).leadId);
  expect(await accounts(db)).toEqual(["de acme.example Acme GmbH dora active"]);
  const next = await receiveOne(db, { attributes: someone(ACME) });
  expect(await ownerOf(db, next.leadId)).toBe("dora");
});

test("a person without a company, and a lead that is lost, make none", async ({ db }) => {
  await win(db, (await receiveOne(db, { attributes: someone() })).leadId);
  await win(db, (await receiveOne(db, { attributes: someone(ACME) })).leadId, "closed_lost");
  await win(db, (await receiveOne(db, { isTest: true, attributes: someone(ACME) })).leadId);
  expect(await accounts(db)).toEqual([]);
});

test("a former company is one again; one on hold gets its owner and stays on hold", async ({ db }) => {
  for (const [status, then] of [
    ["former", "active"],
    ["on_hold", "on_hold"],
  ] as const) {
    await db.query("savepoint trial");
    await account(db, { territory: "de", owner: "dieter", status });
    await win(db, (await receiveOne(db, { attributes: someone(ACME) })).leadId);
    expect(await accounts(db)).toEqual([`de acme.example Acme GmbH dora ${then}`]);
    await db.query("rollback to savepoint trial");
  }
});

test("a company with an owner further up stays there", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(ACME) });
  await account(db, { territory: "emea", owner: "mona" });
  await win(db, leadId);
  expect(await accounts(db)).toEqual(["emea acme.example - mona active"]);
});

test("a second time nothing changes", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone(ACME) });
  await win(db, leadId);
  await db.query("select app_private.win_accounts(array[$1::uuid], $2)", [
    leadId,
    await secondsLater(db, 60),
  ]);
  const touched = await oneValue(db, "select updated_at = created_at as value from app_public.accounts");
  expect(touched).toBe(true);
});

async function win(db: ClientBase, leadId: string, status = "closed_won"): Promise<void> {
  await db.query(
    `select app_private.log_activities(array[row(uuidv7(), leads.id, null, 'status_change', false, null, $2, now(), null, leads.trace_id)
       ::app_private.activity], now()) from app_public.leads where leads.id = $1`,
    [leadId, status],
  );
}

async function accounts(db: ClientBase): Promise<string[]> {
  const rows = await allRows<{ text: string }>(
    db,
    `select concat_ws(' ', territories.slug, domain, coalesce(accounts.name, '-'), coalesce(actors.slug, 'nobody'), status) as text
       from app_public.accounts
       join app_public.territories on territories.id = accounts.territory_id
       left join app_public.actors on actors.id = accounts.owner_id order by 1`,
  );
  return rows.map(({ text }) => text);
}

async function ownerOf(db: ClientBase, leadId: string): Promise<string> {
  return oneValue(
    db,
    "select slug as value from app_public.leads join app_public.actors on actors.id = leads.owner_id where leads.id = $1",
    [leadId],
  );
}
