import { expect, test } from "vitest";
import { Contract } from "../../src/contracts/contract.ts";
import { identify } from "../../src/pipeline/identify.ts";

const CONTRACT = Contract.parse({ schema: {}, mapping: { email: "email" }, reach: ["email"] });

const HOME = {
  path_slug: "crm",
  received_at: new Date("2026-07-01T12:00:00Z"),
  default_country: "DE",
  time_zone: "Europe/Berlin",
};

test("a subject has the keys that its lead would have had through the same path, strongest first", () => {
  const subject = { externalId: " 900719925474099312 ", phone: "030 901820", email: " Ana@Mail.Example " };
  expect(identify(HOME, CONTRACT, subject)).toMatchObject({
    ok: true,
    attributes: {
      identities: [
        { kind: "email", value: "ana@mail.example" },
        { kind: "phone", value: "+4930901820" },
        { kind: "external_id", value: "crm:900719925474099312" },
      ],
    },
  });
});

test("a time becomes an instant, a local one by the contract's zone or the path's; what is none is left out", () => {
  const at = (text: string, contract = CONTRACT) => {
    const identified = identify(HOME, contract, { externalId: "7" }, { occurredAt: text });
    return identified.ok ? identified.attributes.occurred_at : "refused";
  };
  expect(at("2026-07-01T12:00:00+02:00")).toBe("2026-07-01T10:00:00.000Z");
  expect(at("2026-07-01 12:00")).toBe("2026-07-01T10:00:00.000Z");
  expect(at("2026-07-01 12:00", { ...CONTRACT, time_zone: "UTC" })).toBe("2026-07-01T12:00:00.000Z");
  expect(at("last week")).toBeUndefined();
});

test("a subject without a key that can be read is refused, each by name", () => {
  expect(identify(HOME, CONTRACT, { email: "not an address", phone: "12" })).toMatchObject({
    ok: false,
    violations: [{ path: "/email" }, { path: "/phone" }, { kind: "missing" }],
  });
  expect(identify(HOME, CONTRACT, {})).toMatchObject({ ok: false });
});
