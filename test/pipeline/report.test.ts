import { expect, test } from "vitest";
import { compileContract } from "../../src/contracts/check.ts";
import { Contract } from "../../src/contracts/contract.ts";
import { judge } from "../../src/pipeline/judge.ts";

const DEALS = {
  schema: {},
  mapping: { external_id: "lead", occurred_at: "at", value_amount: "worth", message: "note" },
  constants: { value_currency: "BRL" },
  reach: ["external_id"],
  tells: { status: "closed_won", external_ids_of: "leads" },
  time_zone: "America/Sao_Paulo",
};

test("a path that tells of known leads makes none: a status, of the ids of the path it names", () => {
  expect(judged({ lead: "7", at: "2018-02-26 19:58:54", worth: "100.50", note: "Signed" })).toEqual({
    id: "capture",
    settle: {
      as: "activity",
      activity: {
        kind: "status_change",
        isResponse: false,
        status: "closed_won",
        note: "Signed",
        occurredAt: "2018-02-26T22:58:54.000Z",
        valueAmount: "100.50",
        valueCurrency: "BRL",
      },
      identities: [{ kind: "external_id", value: "leads:7" }],
    },
  });
});

test("what has no shape is left out; without a path to name, the ids are its own", () => {
  const { external_ids_of: _, ...tells } = DEALS.tells;
  expect(judged({ lead: "7", at: "in spring", worth: "much" }, { tells })).toEqual({
    id: "capture",
    settle: {
      as: "activity",
      activity: { kind: "status_change", isResponse: false, status: "closed_won", valueCurrency: "BRL" },
      identities: [{ kind: "external_id", value: "deals:7" }],
    },
  });
});

test("one that names nobody is refused", () => {
  expect(judged({ at: "2018-02-26 19:58:54" })).toMatchObject({ kind: "contract_violation" });
});

test("a vendor's test on such a path changes no lead", () => {
  const body = { lead_id: "7", is_test: true, google_key: "k", user_column_data: [] };
  const mapping = { external_id: "external_id" };
  expect(judged(body, { mapping }, "google-ads")).toEqual({
    id: "capture",
    settle: { as: "ignored", reason: expect.stringContaining("test") },
  });
});

test("rules about the leads that it never makes are refused", () => {
  const read = Contract.safeParse({ ...DEALS, fallback_territory: "de", routing: { team: "sales" } });
  expect(read.error?.issues.map(({ path }) => path.join("/"))).toEqual(["fallback_territory", "routing"]);
});

function judged(document: object, contract: object = {}, protocol = "json") {
  const read = Contract.parse({ ...DEALS, ...contract });
  const capture = {
    id: "capture",
    path_slug: "deals",
    protocol,
    contract_id: 1,
    content_type: "application/json",
    headers: null,
    body: Buffer.from(JSON.stringify(document)),
    part_of: null,
    fetched: null,
    corrections: null,
    released_at: null,
    received_at: new Date("2026-07-01T00:00:00Z"),
    default_country: "BR",
    time_zone: "UTC",
  };
  return judge(capture, { contract: read, compiled: compileContract(read) });
}
