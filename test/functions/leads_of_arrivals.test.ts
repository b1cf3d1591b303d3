import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { demandConsent, lift, said, suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

const key = { kind: "email", value: "stop@mail.example" } as const;
const attributes = someone({ email: key.value });

test("who asks not to be contacted is heard after the months of all arrivals were dropped, and let go again", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes, consents: [said("granted", "marketing")] });
  await dropArrivals(db);
  expect(await stateOf(db, leadId)).toEqual({ held: false, mayContact: true });
  await suppress(db, [key]);
  expect(await stateOf(db, leadId)).toEqual({ held: true, mayContact: false });
  await lift(db, [key]);
  expect(await stateOf(db, leadId)).toEqual({ held: false, mayContact: true });
});

test("nobody who refused consent is freed because no contract demands it any more", async ({ db }) => {
  await demandConsent(db);
  const { leadId } = await receiveOne(db, { attributes, consents: [said("denied")] });
  await suppress(db, [key]);
  await dropArrivals(db);
  await lift(db, [key]);
  expect(await stateOf(db, leadId)).toEqual({ held: true, mayContact: false });
});

/** As drop_captures does, for all months. */
async function dropArrivals(db: ClientBase): Promise<void> {
  await db.query(`do $$ declare month regclass; begin
    for month in select inhrelid from pg_inherits where inhparent = 'app_public.captures'::regclass loop
      execute format('drop table %s', month);
    end loop;
  end $$`);
}

async function stateOf(db: ClientBase, leadId: string): Promise<object> {
  const mayContact = await asWorker(db, () =>
    oneValue<boolean>(db, "select app_private.may_contact($1, 'marketing', now()) as value", [leadId]),
  );
  const { held } = await oneRow<{ held: boolean }>(
    db,
    "select held_at is not null as held from app_public.leads where id = $1",
    [leadId],
  );
  return { held, mayContact };
}
