import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/database.ts";

const ME = id(0);

test("the four that share most keys, of equals those whose keys fewer hold", async ({ db }) => {
  const holders = [
    held(1, [1, 2, 3, 4, 5, 6]),
    held(2, [2, 3]),
    held(3, [5]), // alone with me under this key
    held(4, [6, 7, 8, 9, 10]),
  ];
  expect(await chosen(db, holders)).toEqual([id(2), id(3), id(5), id(6)]);
});

test("a key that more than 32 hold leads to nobody", async ({ db }) => {
  const many = Array.from({ length: 33 }, (_, n) => n + 1);
  expect(await chosen(db, [held(1, many), held(2, [40])])).toEqual([id(40)]);
});

test("who brought an identity key is always compared, and once", async ({ db }) => {
  const holders = [held(1, [1, 2, 3, 4, 5])];
  expect(await chosen(db, holders, [2, 9])).toEqual([1, 2, 3, 4, 9].map(id));
});

test("an arrival is not compared with itself, but with those before it in its batch", async ({ db }) => {
  expect(await chosen(db, [held(1, [0, 1], [2])])).toEqual([id(1), id(2)]);
});

type Held = { key: number; stored: number[]; earlier: number[] };

function held(key: number, stored: number[], earlier: number[] = []): Held {
  return { key, stored, earlier };
}

async function chosen(db: ClientBase, holders: Held[], claimed: number[] = []): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select pairs.record_id as id
       from app_private.choose_pairs(
         array(select row($1::uuid, (held ->> 'key')::bigint,
                          (select array_agg(stored.id::uuid) from jsonb_array_elements_text(held -> 'stored') as stored (id)),
                          (select array_agg(earlier.id::uuid) from jsonb_array_elements_text(held -> 'earlier') as earlier (id)))::app_private.key_holders
                 from jsonb_array_elements($2) as held),
         array(select row($1::uuid, 1, 1, 'email', ''::bytea, false, false, null, claimed.id, false)::app_private.claim
                 from unnest($3::uuid[]) as claimed (id))) as pairs
      order by pairs.record_id`,
    [
      ME,
      JSON.stringify(
        holders.map(({ key, stored, earlier }) => ({
          key,
          stored: stored.map(id),
          earlier: earlier.map(id),
        })),
      ),
      claimed.map(id),
    ],
  );
  return rows.map((row) => row.id);
}

function id(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
}
