import { expect, test } from "vitest";
import { compileContract } from "../../src/contracts/check.ts";
import { Contract } from "../../src/contracts/contract.ts";
import { type ClaimedCapture, judge, type PublishedContract } from "../../src/pipeline/judge.ts";

const PUBLISHED = publish({
  schema: {
    type: "object",
    additionalProperties: false,
    properties: {
      name: { type: "string" },
      mail: { type: "string" },
      tel: { type: "string" },
      id: { type: "integer" },
      at: { type: "string" },
    },
  },
  mapping: { first_name: "name", email: "mail", phone: "tel", external_id: "id", occurred_at: "at" },
  reach: ["email", "phone"],
});

test("what the contract takes comes out in one shape, strongest identity first", () => {
  expect(
    judge(captureOf({ tel: "030 901820", mail: " Ana@Mail.Example", name: " Ana ", id: 7 }), PUBLISHED),
  ).toEqual({
    id: "capture",
    attributes: {
      first_name: "Ana",
      email: "ana@mail.example",
      phone: "+4930901820",
      country: "DE",
      external_id: "7",
      company_domain: "mail.example",
      identities: [
        { kind: "email", value: "ana@mail.example" },
        { kind: "phone", value: "+4930901820" },
        { kind: "external_id", value: "door:7" },
      ],
      typed: { first_name: " Ana ", email: " Ana@Mail.Example", phone: "030 901820" },
    },
  });
});

test("a national number and a local time are read for the home of the path", () => {
  const capture = captureOf({ tel: "030 901820", at: "2026-07-01 12:00" });
  expect(judge(capture, PUBLISHED)).toMatchObject({
    attributes: { phone: "+4930901820", occurred_at: "2026-07-01T10:00:00.000Z" },
  });
  const zoned = { ...PUBLISHED, contract: { ...PUBLISHED.contract, time_zone: "UTC" } };
  expect(judge(capture, zoned)).toMatchObject({ attributes: { occurred_at: "2026-07-01T12:00:00.000Z" } });
});

test("what breaks the schema is refused, each breach by name", () => {
  expect(judge(captureOf({ mail: 7, colour: "blue" }), PUBLISHED)).toMatchObject({
    id: "capture",
    kind: "contract_violation",
    violations: [
      { kind: "extra", path: "/colour" },
      { kind: "type", path: "/mail" },
    ],
  });
});

test("whom nobody could reach is refused", () => {
  expect(judge(captureOf({ name: "Ana", mail: "not an address" }), PUBLISHED)).toMatchObject({
    kind: "contract_violation",
    violations: [{ kind: "format", path: "/email" }, { kind: "missing" }],
  });
});

test.for(["", "{", "\u0000", "[1,2"])("bytes that are no document are refused: %j", (body) => {
  expect(judge({ ...captureOf({}), body: Buffer.from(body) }, PUBLISHED)).toMatchObject({
    kind: "contract_violation",
    violations: [{ kind: "unreadable" }],
  });
});

function captureOf(document: object): ClaimedCapture {
  return {
    id: "capture",
    path_slug: "door",
    protocol: "json",
    contract_id: 1,
    content_type: "application/json",
    headers: null,
    part_of: null,
    fetched: null,
    corrections: null,
    released_at: null,
    body: Buffer.from(JSON.stringify(document)),
    received_at: new Date("2026-08-01T00:00:00Z"),
    default_country: "DE",
    time_zone: "Europe/Berlin",
  };
}

function publish(definition: unknown): PublishedContract {
  const contract = Contract.parse(definition);
  return { contract, compiled: compileContract(contract) };
}
