import { expect, test } from "vitest";
import { Contract } from "../../src/contracts/contract.ts";

const least = { schema: { type: "object" }, mapping: { email: "email" }, reach: ["email"] };

test("the least contract is a schema, a mapping and a way to reach the person", () => {
  expect(Contract.parse(least)).toEqual({
    ...least,
    constants: {},
    fallback_territory: null,
    history: false,
    examples: { accept: [], refuse: [] },
  });
});

test("a full contract is kept as it is", () => {
  const full = {
    schema: { type: "object" },
    mapping: { last_name: ["first", "/person/last~1name"], phone: "Phone (mobile)" },
    constants: { channel: "trade-fair" },
    reach: ["phone", "email"],
    fallback_territory: "de",
    history: true,
    time_zone: "Europe/Berlin",
    examples: { accept: [{ phone: "1" }], refuse: [{}, null] },
  };
  expect(Contract.parse(full)).toEqual(full);
});

test.each([
  ["an unknown key", { ...least, mappings: {} }],
  ["an unknown field in the mapping", { ...least, mapping: { email: "email", mail: "mail" } }],
  ["an unknown field among the constants", { ...least, constants: { utm_source: "x" } }],
  ["an empty constant", { ...least, constants: { channel: "" } }],
  ["a place that is no JSON pointer", { ...least, mapping: { email: "/a~2b" } }],
  ["a field mapped to no place", { ...least, mapping: { email: [] } }],
  ["an empty reach", { ...least, reach: [] }],
  ["a reach by name", { ...least, reach: ["last_name"] }],
  ["a reach named twice", { ...least, reach: ["email", "email"] }],
  ["a reach to which nothing is mapped", { ...least, mapping: { last_name: "name" } }],
  ["a territory that is no slug", { ...least, fallback_territory: "North East" }],
  ["a time zone that does not exist", { ...least, time_zone: "Europe/Atlantis" }],
  ["an offset instead of a time zone", { ...least, time_zone: "+02:00" }],
  ["a schema that is no object", { ...least, schema: "object" }],
])("a contract with %s is refused", (_fault, contract) => {
  expect(Contract.safeParse(contract).success).toBe(false);
});
