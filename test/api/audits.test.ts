import { serverAudits } from "graphql-http";
import { expect } from "vitest";
import { test } from "./serve.ts";

test("the 61 audits of graphql-http show no error", async ({ api }) => {
  const results = await Promise.all(serverAudits({ url: `${api.url}/graphql` }).map((audit) => audit.fn()));
  expect(results).toHaveLength(61);
  const named = (status: string) => results.filter((one) => one.status === status).map(({ name }) => name);
  expect(named("error")).toEqual([]);
  // The newer media type is what we answer; queries by GET end up in logs of proxies, so there are none.
  expect(named("warn")).toEqual([
    "SHOULD accept */* and use application/json for the content-type",
    "SHOULD assume application/json content-type when accept is missing",
  ]);
  expect(named("notice").every((name) => name.includes("GET"))).toBe(true);
});
