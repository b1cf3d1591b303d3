import { expect, test } from "vitest";
import { sort } from "../../../src/capture/arrivals_of.ts";
import { sourceOf } from "../../../src/capture/sources/registry.ts";
import { makeArrivalsOf, type RowArrival } from "../../../src/cli/import/arrivals.ts";
import { aDoor } from "../../capture/a_door.ts";
import { anEvent } from "../../capture/sources/a_request.ts";
import { metaLead } from "../../support/waiting.ts";

const ID: Parameters<typeof makeArrivalsOf>[0]["mapping"] = [
  { field: "external_id", places: [["id"]], constant: undefined },
];

test("a line with one event of a vendor has the key and the bytes with which the door keeps it", () => {
  const line = JSON.stringify(metaLead("7"), null, 1);
  expect(arrivalsOf("meta", line)).toEqual([atTheDoor("meta", line)]);
  expect(arrivalsOf("meta", line)[0]?.key).toBe("event:7");
});

test("a line with several brings each, under the keys of the door", () => {
  const [one, other] = [metaLead("7"), metaLead("8")];
  const line = JSON.stringify({ ...one, entry: [...one.entry, ...other.entry] });
  expect(arrivalsOf("meta", line).map(({ key }) => key)).toEqual(["event:7", "event:8"]);
});

test("without a vendor's key it is the external id, as a client would send it, or made of the content", () => {
  const keyOf = (body: object) => arrivalsOf("json", JSON.stringify(body), ID)[0]?.key;
  expect(keyOf({ id: "7" })).toBe("7");
  for (const unusable of ["event:7", "part:7", "ü", ""])
    expect([unusable, keyOf({ id: unusable })]).toEqual([unusable, expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

function arrivalsOf(protocol: string, raw: string, mapping: typeof ID = []): RowArrival[] {
  const read = makeArrivalsOf({ protocol, mapping, maxBodyBytes: 1_000 });
  return read({ number: 1, raw, body: () => raw });
}

function atTheDoor(protocol: string, body: string): RowArrival {
  const letter = {
    door: aDoor({ protocol }),
    source: sourceOf(protocol),
    event: anEvent(body),
    clientKey: null,
    traceId: "a".repeat(32),
    isTest: false,
  };
  const sorted = sort(letter, (error) => {
    throw error;
  });
  if (sorted.kind !== "one" || sorted.arrival.idempotencyKey === null)
    throw new Error("It is not kept as one.");
  return { key: sorted.arrival.idempotencyKey, body: sorted.arrival.body };
}
