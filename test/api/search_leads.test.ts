import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { test } from "./serve.ts";

const SEARCH = `query ($text: String!, $first: Int, $after: Cursor) { searchLeads(text: $text, first: $first, after: $after) {
  nodes { email territory { slug } } pageInfo { hasNextPage endCursor } } }`;

type Found = {
  searchLeads: { nodes: { email: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
};

test("a search pages through what one sees; hidden people are answered like absent ones", async ({
  api,
  database,
}) => {
  for (const name of ["a", "b", "c"])
    await arrive(database, {
      path: "web-form",
      attributes: { email: `${name}@harlow.example`, country: "DE" },
    });
  await arrive(database, { path: "web-form", attributes: { email: "d@harlow.example", country: "FR" } });

  const emails = ({ data }: { data: Found }) => data.searchLeads.nodes.map(({ email }) => email);
  const first = await api.ask<Found>("dora", SEARCH, { text: "HARLOW", first: 2 });
  expect(emails(first)).toEqual(["c@harlow.example", "b@harlow.example"]);
  const after = first.data.searchLeads.pageInfo.endCursor;
  expect(emails(await api.ask<Found>("dora", SEARCH, { text: "HARLOW", first: 2, after }))).toEqual([
    "a@harlow.example",
  ]);
  expect(emails(await api.ask<Found>("felix", SEARCH, { text: "harlow" }))).toEqual(["d@harlow.example"]);

  const absent = await api.ask("nina", SEARCH, { text: "nobody of this name" });
  for (const stranger of ["nina", "gus", null])
    expect((await api.ask(stranger, SEARCH, { text: "harlow" })).text).toBe(absent.text);
});

test("a search for too little is refused, and for more than a page, too", async ({ api }) => {
  expect((await api.ask("dora", SEARCH, { text: "ab" })).code).toBe("BAD_INPUT");
  expect((await api.ask("dora", SEARCH, { text: "harlow", first: 501 })).code).toBe("BAD_INPUT");
});
