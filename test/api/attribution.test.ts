import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { test } from "./serve.ts";

const ANA = { email: "ana@example.de", country: "DE" };

const ASK = `query ($email: String!) {
  leads(filter: { email: { equalTo: $email } }) { nodes {
    primarySource
    linear: attribution(model: linear) { nodes { model position channel derivedChannel credit creditedValue } }
    all: attribution { totalCount }
  } }
}`;

type Asked = {
  leads: { nodes: { primarySource: string; linear: { nodes: object[] }; all: { totalCount: number } }[] };
};

test("a lead tells where it came from first and what each touch is credited with, to who sees it", async ({
  api,
  database,
}) => {
  const touches = [
    {
      ...ANA,
      channel: "newsletter",
      occurred_at: "2026-03-01T00:00:00Z",
      value_amount: "9.99",
      value_currency: "EUR",
    },
    { ...ANA, medium: "cpc", occurred_at: "2026-03-02T00:00:00Z" },
  ];
  for (const attributes of touches) await arrive(database, { path: "web-form", attributes });

  const { data } = await api.ask<Asked>("dora", ASK, { email: ANA.email });
  const half = { model: "linear", credit: "0.500000000000" };
  expect(data.leads.nodes).toEqual([
    {
      primarySource: "newsletter",
      linear: {
        nodes: [
          {
            ...half,
            position: 1,
            channel: "newsletter",
            derivedChannel: "newsletter",
            creditedValue: "5.00",
          },
          { ...half, position: 2, channel: null, derivedChannel: "paid search", creditedValue: "4.99" },
        ],
      },
      all: { totalCount: 10 },
    },
  ]);
  const absent = await api.ask("felix", ASK, { email: "absent@example.de" });
  for (const stranger of ["felix", "nina", "gus", null]) {
    const { text } = await api.ask(stranger, ASK, { email: ANA.email });
    expect([stranger, text]).toEqual([stranger, absent.text]);
  }
});
