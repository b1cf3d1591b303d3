import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const ROWS = [
  { row: 2, territory: "de", domain: "acme.example", name: "Acme", owner: "dora" },
  { row: 3, territory: "emea", domain: "beispiel.example", owner: "mona", status: "on_hold" },
  { row: 4, territory: "fr", domain: "exemple.example" },
];

test("rows become accounts; the same file a second time changes nothing", async ({ db }) => {
  expect(await bringIn(db, ROWS)).toEqual([]);
  expect(await accounts(db)).toEqual([
    "de acme.example Acme dora active 0",
    "emea beispiel.example - mona on_hold 0",
    "fr exemple.example - nobody active 0",
  ]);
  expect(await bringIn(db, ROWS, 60)).toEqual([]);
  expect((await accounts(db)).every((text) => text.endsWith(" 0"))).toBe(true);
});

test("what a row leaves out stays as it was", async ({ db }) => {
  await bringIn(db, ROWS);
  await bringIn(db, [{ row: 2, territory: "de", domain: "acme.example", status: "former" }], 60);
  await bringIn(db, [{ row: 2, territory: "de", domain: "acme.example", owner: "dirk" }], 120);
  expect(await accounts(db)).toContain("de acme.example Acme dirk former 120");
});

test("each row that is wrong is named, the others are taken", async ({ db }) => {
  const faults = await bringIn(db, [
    { row: 2, territory: "atlantis", domain: "acme.example" },
    { row: 3, territory: "de", owner: "dora" },
    { row: 4, territory: "de", domain: "acme.example", owner: "nobody-here" },
    { row: 5, territory: "de", domain: "acme.example", owner: "felix" },
    { row: 6, territory: "de", domain: "acme.example", owner: "vera" },
    { row: 7, territory: "de", domain: "acme.example", owner: "partner" },
    { row: 8, territory: "de", domain: "acme.example", status: "lost" },
    { row: 9, territory: "de", domain: "acme.example", owner: "dirk" },
  ]);
  expect(faults).toEqual([
    [2, 'there is no territory "atlantis"'],
    [3, "names no company domain"],
    [4, 'there is nobody called "nobody-here"'],
    [5, '"felix" may not work leads in "de"'],
    [6, '"vera" may not work leads in "de"'],
    [7, '"partner" may not work leads in "de"'],
    [8, 'status "lost" is none of active, on_hold, former'],
  ]);
  expect(await accounts(db)).toEqual(["de acme.example - dirk active 0"]);
});

async function bringIn(db: ClientBase, rows: object[], seconds = 0): Promise<[number, string][]> {
  const faults = await asWorker(db, () =>
    allRows<{ row: number; fault: string }>(
      db,
      "select * from app_private.import_accounts($1, now() + make_interval(secs => $2))",
      [JSON.stringify(rows), seconds],
    ),
  );
  return faults.map(({ row, fault }) => [row, fault]);
}

/** Each with the seconds after this transaction's beginning at which it was last changed. */
async function accounts(db: ClientBase): Promise<string[]> {
  const rows = await allRows<{ text: string }>(
    db,
    `select concat_ws(' ', territories.slug, domain, coalesce(accounts.name, '-'), coalesce(actors.slug, 'nobody'), status,
                      extract(epoch from updated_at - now())::int) as text
       from app_public.accounts
       join app_public.territories on territories.id = accounts.territory_id
       left join app_public.actors on actors.id = accounts.owner_id order by 1`,
  );
  return rows.map(({ text }) => text);
}
