import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { test } from "../support/database.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

test("who reads a lead, by which role, granted where, and the way down", async ({ database }) => {
  const env = preparedEnv(database);
  const { leadId } = await arrive(database, { attributes: { email: "ana@fr.example", country: "FR" } });
  const run = (...words: string[]) => catchment(["who-can-see", ...words], env);
  const shown = await run(leadId ?? "");
  expect([shown.code, linesOf(shown).map((line) => line.split(/ {2,}/))]).toEqual([
    0,
    [
      ["actor", "kind", "role", "granted on", "reaches it by", "comes in by"],
      ["ada", "person", "admin", "global", "global > emea > fr", "token"],
      ["felix", "person", "rep", "fr", "fr", "token"],
      ["mona", "person", "manager", "emea", "emea > fr", "token"],
      ["olga", "person", "operations", "global", "global > emea > fr", "token"],
      ["vera", "person", "viewer", "global", "global > emea > fr", "token"],
    ],
  ]);
  expect(shown.stderr).toContain(`lead ${leadId} lies in global > emea > fr`);
  const { lead, readers } = JSON.parse((await run(leadId ?? "", "--json")).stdout);
  expect(lead).toEqual({ id: leadId, territory: "fr", path: ["global", "emea", "fr"], mergedInto: null });
  expect(readers[1]).toMatchObject({
    actor: "felix",
    ways: ["token"],
    reasons: [{ role: "rep", grantedOn: "fr", path: ["fr"] }],
  });
});

test("no lead is 1, no id is 2", async ({ database }) => {
  const env = preparedEnv(database);
  expect(await catchment(["who-can-see", randomUUID()], env)).toMatchObject({ code: 1, stdout: "" });
  expect(await catchment(["who-can-see", "ana@fr.example"], env)).toMatchObject({ code: 2, stdout: "" });
});
