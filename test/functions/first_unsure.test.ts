import { expect } from "vitest";
import { receive } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";

const ANA = { first_name: "Ana", email: "a@mail.example", external_id: "1", country: "DE" };

test.for([
  {
    what: "who joined a lead under another name is compared as what was kept of them",
    arrivals: [
      ANA,
      { ...ANA, first_name: "Ben", phone: "+498912345678" },
      { first_name: "Ben", email: ANA.email, city: "Köln", country: "DE" },
    ],
  },
  {
    what: "who says the same again need not wait",
    arrivals: [ANA, ANA, ANA, ANA],
  },
])(
  "first_unsure, with odd_claims and claims_at_turn: $what, in one batch as one by one",
  async ({ arrivals }, { db }) => {
    const leadsOf = async (batchSize: number) => {
      await db.query("savepoint before");
      const received = await receive(
        db,
        arrivals.map((attributes) => ({ attributes })),
        { batchSize },
      );
      await db.query("rollback to before");
      return received.map(({ leadId }) => received.findIndex((first) => first.leadId === leadId));
    };
    const oneByOne = await leadsOf(1);
    expect(await leadsOf(2)).toEqual(oneByOne);
    expect(await leadsOf(arrivals.length)).toEqual(oneByOne);
  },
);
