import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { canariesIn, placesIn } from "./canary.ts";
import { test } from "./served.ts";

test("an arrival of somebody whom another territory knows brings nothing of them", async ({ api, land }) => {
  const attributes = { email: "somebody@example.fr", first_name: "canary=fr=known.person=", country: "FR" };
  await arrive(land, { path: "web-form", attributes });
  const lists =
    "leads { totalCount nodes { firstName email } } exceptions { nodes { kind reason } } matchCandidates { totalCount }";
  const document = `{ ${lists} sourceEvents { totalCount nodes { attributes } } decisions { nodes { reason } } }`;
  const ask = async (who: string) => (await api.ask(who, document)).text;
  const before = { dora: await ask("dora"), nina: await ask("nina") };
  expect(placesIn(await ask("felix"))).toContain("fr");

  await arrive(land, { path: "web-form", attributes: { email: attributes.email, country: "DE" } });
  expect(await ask("dora")).toBe(before.dora); // the touch is the other side's, and so is what there is to be settled
  expect(await ask("felix")).toContain('"country":"DE"');
  expect(await ask("olga")).toContain("territory_conflict");

  await arrive(land, { path: "globex-form", attributes: { email: attributes.email, country: "NL" } });
  expect(await ask("nina")).toContain(attributes.email); // somebody new: the clients have nobody in common
  expect(canariesIn(await ask("nina")).filter((canary) => !canary.startsWith("globex"))).toEqual([]);
  expect(before.nina).not.toContain(attributes.email);
});
