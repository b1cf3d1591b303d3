import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, receive } from "../support/arrivals.ts";
import { candidates } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";

const HANS = { first_name: "Hans", last_name: "Huber", phone: "+498912345678", country: "DE" };
const UTE = { first_name: "Ute", last_name: "Ohlsen", email: "ute@ohlsen.example", country: "DE" };
const NUMBER_OF_ONE_ADDRESS_OF_ANOTHER = { phone: HANS.phone, email: UTE.email, country: "DE" };

/** Whose each arrival became: the number of the first one of its lead. */
async function leadsOf(db: ClientBase, people: Record<string, string>[], batchSize: number) {
  const arrivals: Arrival[] = people.map((attributes) => ({ attributes }));
  await db.query("savepoint before");
  const received = await receive(db, arrivals, { batchSize });
  const doubts = await candidates(db);
  await db.query("rollback to before");
  return {
    leads: received.map(({ leadId }) => received.findIndex((first) => first.leadId === leadId)),
    doubts: doubts.length,
  };
}

test.for([1, 2, 10])(
  "under_name_of, is_named: who told no name speaks under the name of whose number it was, in batches of %i",
  async (size, { db }) => {
    expect(await leadsOf(db, [HANS, NUMBER_OF_ONE_ADDRESS_OF_ANOTHER, UTE], size)).toEqual({
      leads: [0, 0, 2],
      doubts: 1,
    });
    const again = { ...HANS, phone: "+498955555555", email: UTE.email };
    expect(await leadsOf(db, [HANS, NUMBER_OF_ONE_ADDRESS_OF_ANOTHER, again], size)).toEqual({
      leads: [0, 0, 0],
      doubts: 0,
    });
  },
);

test.for([1, 2, 10])(
  "also through several arrivals without a name, in batches of %i",
  async (size, { db }) => {
    const chain = [
      HANS,
      { phone: HANS.phone, email: "one@mail.example", country: "DE" },
      { email: "one@mail.example", phone: "+498922222222", country: "DE" },
      { phone: "+498922222222", email: UTE.email, country: "DE" },
      UTE,
    ];
    expect(await leadsOf(db, chain, size)).toEqual({ leads: [0, 0, 0, 0, 4], doubts: 1 });
  },
);

test.for([1, 2, 10])(
  "or of who brings it next: the first to tell a name, in batches of %i",
  async (size, { db }) => {
    const both = NUMBER_OF_ONE_ADDRESS_OF_ANOTHER;
    expect(await leadsOf(db, [both, HANS, UTE], size)).toEqual({ leads: [0, 0, 2], doubts: 1 });
    expect(await leadsOf(db, [both, UTE, HANS], size)).toEqual({ leads: [0, 0, 2], doubts: 0 });
    const chained = [
      { email: "one@mail.example", phone: HANS.phone, country: "DE" },
      { ...both, email: UTE.email },
    ];
    expect(
      await leadsOf(db, [...chained, { ...HANS, phone: "", email: "one@mail.example" }, UTE], size),
    ).toEqual({
      leads: [0, 0, 0, 3],
      doubts: 1,
    });
  },
);

test.for([1, 10])(
  "nobody's name goes with the address of an office, in batches of %i",
  async (size, { db }) => {
    const office = "info@huber-bau.example";
    const arrivals = [
      { ...HANS, email: office },
      { email: office, phone: "+498933333333", country: "DE" },
      { ...UTE, email: "uo@mail.example", phone: "+498933333333" },
    ];
    expect((await leadsOf(db, arrivals, size)).leads).toEqual([0, 1, 1]);
  },
);
