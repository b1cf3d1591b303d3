import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const [DIFFERENT, PARTLY, CLOSE, SAME] = [1, 2, 3, 4];

test.for([
  ["weber", "huber", DIFFERENT],
  ["weber", "webber", CLOSE], // a letter too many
  ["weber", "wever", CLOSE],
  ["weber", "ewber", CLOSE], // neighbors swapped
  ["silke", "elkis", DIFFERENT], // the same letters are not the same name
  ["ana", "eva", DIFFERENT],
  ["li", "lu", DIFFERENT], // of two letters one is half the name
  ["weber", "we", DIFFERENT],
  ["van berg", "vanberg", SAME],
  ["ana maria", "ana", PARTLY],
  ["garcia lorca", "perez garcia", PARTLY],
  ["garcia lorca", "perez galdos", DIFFERENT],
  ["schwarzenberger", "schwartzenbergr", CLOSE], // one slip in four letters
  ["γιωργος", "γιοργος", CLOSE],
  ["иванов", "ivanov", DIFFERENT], // scripts are not mixed up
  ["山田", "山本", DIFFERENT],
  ["山田太郎", "山田太朗", CLOSE],
  ["محمد", "محمود", CLOSE],
  ["😀😀😀", "😀😁😀", CLOSE],
] as const)("compare_texts: %s and %s", async ([one, other, level], { db }) => {
  expect(await compareTexts(db, one, other)).toBe(level);
  expect(await compareTexts(db, other, one)).toBe(level);
});

test("a hundred letters of any script are compared, not refused", async ({ db }) => {
  for (const letter of ["a", "ж", "山", "😀"]) {
    const long = letter.repeat(100);
    expect([letter, await compareTexts(db, long, `${letter.repeat(99)}b`)]).toEqual([letter, CLOSE]);
    expect([letter, await compareTexts(db, long, "b".repeat(100))]).toEqual([letter, DIFFERENT]);
    expect([letter, await compareTexts(db, `${letter} `.repeat(50).trim(), long)]).toEqual([
      letter,
      PARTLY - 1,
    ]);
  }
});

test("nothing is like nothing: neither empty text nor blanks come close to a name", async ({ db }) => {
  for (const empty of ["", " "]) {
    for (const name of ["a", "li", "ana", "ana weber"]) {
      expect([empty, name, await compareTexts(db, empty, name)]).toEqual([empty, name, DIFFERENT]);
    }
  }
});

function compareTexts(db: ClientBase, one: string, other: string): Promise<number> {
  return oneValue(db, "select app_private.compare_texts($1, $2) as value", [one, other]);
}
