import type { Client } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { oneRow } from "../support/rows.ts";
import { act, test } from "./land.ts";

/** What whoever writes reads back, without what is new each time. */
async function answered(db: Client, who: string, sql: string, values: unknown[]): Promise<unknown> {
  await act(db, who);
  await db.query("savepoint before");
  const answer = await oneRow(db, sql, values).catch(({ code, message }) => ({ code, message }));
  await db.query("rollback to savepoint before; reset session authorization; reset role");
  return answer;
}

test("an account that another territory has is written like one that nobody has", async ({ db }) => {
  await account(db, { territory: "fr", owner: "felix", domain: "hidden.example" });
  await account(db, { territory: "de", owner: "dora", domain: "known.example" });
  const edit = `select (row_to_json(account)::jsonb - 'id' - 'domain' - 'created_at' - 'updated_at')::text as account, account.created_at < account.updated_at as was_there
                  from app_public.edit_account('de', $1, null, 'Somebody', null) as account`;
  const hidden = await answered(db, "mona", edit, ["hidden.example"]);
  expect(hidden).toEqual(await answered(db, "mona", edit, ["fresh.example"]));
  expect(hidden).not.toEqual(await answered(db, "mona", edit, ["known.example"])); // one's own tells
});

test("a person whom another territory knows is captured like one whom nobody knows", async ({ db }) => {
  const known = await oneRow<{ email: string }>(
    db,
    `select email from app_public.leads join app_public.territories on territories.id = leads.territory_id where slug = 'fr'`,
  );
  const capture = `select receipt.status, receipt.same_body, length(receipt.trace_id) as traced, receipt.capture_id is not null as stored
                     from app_public.capture_lead($1, $2) as receipt`;
  const payload = (email: string) => JSON.stringify({ email, country: "FR" });
  const hidden = await answered(db, "dora", capture, ["partner-feed", payload(known.email)]);
  expect(hidden).toMatchObject({ status: "pending", stored: true });
  expect(hidden).toEqual(await answered(db, "dora", capture, ["partner-feed", payload("fresh@example.com")]));
});

test("a key that another path has used is as free as one that nobody used", async ({ db }) => {
  const capture = "select status, same_body from app_public.capture_lead($1, $2, 'the-same-key')";
  const fresh = await answered(db, "dora", capture, ["partner-feed", '{"email": "a@example.com"}']);
  await act(db, "gus");
  await db.query(capture, ["globex-form", '{"email": "b@example.com"}']);
  expect(await answered(db, "dora", capture, ["partner-feed", '{"email": "a@example.com"}'])).toEqual(fresh);
  expect(fresh).toEqual({ status: "pending", same_body: true });
});
