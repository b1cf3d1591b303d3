import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs } from "../support/act_as.ts";
import { someone } from "../support/arrivals.ts";
import { refuse } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { refusalOf } from "../support/rows.ts";

const RELEASE = "select app_public.release_captures($1)";

test("all or none: one that is hidden or absent keeps the others where they are", async ({ db }) => {
  const [mine] = await refuse(db, [{ attributes: someone() }]);
  const [hidden] = await refuse(db, [{ path: "globex-form", attributes: someone({ country: "NL" }) }]);
  await actAs(db, await actorId(db, "olga"));
  for (const other of [hidden, randomUUID()])
    expect(await refusalOf(db, RELEASE, [[mine, other]])).toBe("NFUND");
  expect(await refusalOf(db, RELEASE, [[mine, mine]])).toBe("");
});

test("none, or more than a thousand, is refused before anything is looked up", async ({ db }) => {
  await actAs(db, await actorId(db, "olga"));
  expect(await refusalOf(db, RELEASE, [[]])).toBe("BADIN");
  const many = Array.from({ length: 1_001 }, () => randomUUID());
  expect(await refusalOf(db, RELEASE, [many])).toBe("BADIN");
});

test("nobody may release a capture that lies where they are not operations", async ({ db }) => {
  const [id] = await refuse(db, [{ path: "partner-feed", attributes: someone() }]);
  await actAs(db, await actorId(db, "dora"));
  expect(await refusalOf(db, RELEASE, [[id]])).toBe("DENID");
});
