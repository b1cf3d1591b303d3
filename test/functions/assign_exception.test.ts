import { expect } from "vitest";
import { attempt, caseOf, clocksOf, openCase, told } from "../support/cases.ts";
import { test } from "../support/rolled_back.ts";
import { switchOff } from "../support/staff.ts";

const ASSIGN = "select app_public.assign_exception($1, $2)";

test("a member gets it from another: it has an owner then, who is told", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await attempt(db, "dora", ASSIGN, [id, "doris"])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({ owner: "doris", is_acknowledged: true });
  expect(Object.keys(await clocksOf(db, id))).toEqual(["resolve"]);
  expect(await told(db, "exception_assigned")).toMatchObject([
    { recipient: "doris", text: `A case nobody_available is yours now: /?exception=${id}` },
  ]);
});

test("taking over tells nobody; what somebody has goes to the next", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dora", ASSIGN, [id, "dora"]);
  expect(await attempt(db, "mona", ASSIGN, [id, "mona"])).toBe("");
  expect(await caseOf(db, id)).toMatchObject({ owner: "mona" });
  expect(await told(db, "exception_assigned")).toEqual([]);
});

test("whom one does not see, who may not handle it, and nobody at all get the same answer", async ({
  db,
}) => {
  const id = await openCase(db, "contract_violation"); // of operations
  await switchOff(db, ["marco"]);
  for (const who of ["nina", "uma", "dora", "vera", "partner", "marco", "no-such-person"]) {
    expect([who, await attempt(db, "mona", ASSIGN, [id, who])]).toEqual([who, "NFUND"]);
  }
  expect(await attempt(db, "mona", ASSIGN, [id, "olga"])).toBe("");
});

test("a resolved case is given to nobody", async ({ db }) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  await attempt(db, "dirk", "select app_public.resolve_exception($1, 'done')", [id]);
  expect(await attempt(db, "dirk", ASSIGN, [id, "dora"])).toBe("STATE");
});
