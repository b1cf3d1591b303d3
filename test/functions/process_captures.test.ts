import fc from "fast-check";
import type { ClientBase } from "pg";
import { expect } from "vitest";
import { type Arrival, acceptedOf, processAccepted, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { limitTo } from "../support/staff.ts";

test("batches of any size make the same of any arrivals as one by one", async ({ db }) => {
  await limitTo(db, "dieter", 1);
  await limitTo(db, "felix", 1); // the French queue fills
  await fc.assert(
    fc.asyncProperty(ARRIVALS, SIZES, async (arrivals, sizes) => {
      expect(await outcome(db, arrivals, sizes)).toEqual(await outcome(db, arrivals, [1]));
    }),
    { seed: 20260101, numRuns: 25 },
  );
});

test("an empty batch does nothing", async ({ db }) => {
  await processAccepted(db, []);
  expect(await allRows(db, "select from app_public.decisions")).toEqual([]);
});

test("a second run of the same batch does nothing", async ({ db }) => {
  const arrivals: Arrival[] = [
    { attributes: { email: "a@mail.example", country: "DE" } },
    { attributes: { email: "a@mail.example", country: "US" } },
    { attributes: { email: "b@mail.example", country: "JP" } },
  ];
  const accepted = acceptedOf(arrivals, await stageArrivals(db, arrivals));
  await processAccepted(db, accepted);
  const before = await stateOf(
    db,
    accepted.map(({ id }) => id),
  );
  await processAccepted(db, accepted);
  expect(
    await stateOf(
      db,
      accepted.map(({ id }) => id),
    ),
  ).toEqual(before);
  expect(before.leads).toHaveLength(1);
});

/** Few keys, so that they meet; two clients; one country that nobody serves. */
const ARRIVALS: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record(
    {
      path: fc.constantFrom("web-form", "web-form", "globex-form", "desk"),
      attributes: fc.record(
        {
          email: fc.constantFrom("a@mail.example", "b@mail.example", "c@mail.example", "d@mail.example"),
          phone: fc.constantFrom("+491", "+492", "+493"),
          external_id: fc.constantFrom("1", "2"),
          country: fc.constantFrom("DE", "DE", "FR", "GB", "US", "NL", "JP"),
          first_name: fc.constantFrom("Ana", "Ben", "Anna"),
          last_name: fc.constantFrom("Weber", "Huber", "Webber"),
          birth_date: fc.constantFrom("1984-03-12", "1984-03-21"),
          postal_code: fc.constantFrom("10115", "50667"),
          street: fc.constantFrom("Lindenweg 14", "Lindenweg 41"),
          city: fc.constantFrom("Berlin", "Köln"),
          employees: fc.constantFrom(3, 80),
          value_amount: fc.constantFrom("1.00", "2.00"),
          value_currency: fc.constantFrom("EUR", "USD"),
          medium: fc.constant("cpc"),
        },
        { requiredKeys: ["country"] },
      ),
    },
    { requiredKeys: ["path", "attributes"] },
  ),
  { minLength: 2, maxLength: 14 },
);

const SIZES = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });

/** What becomes of these arrivals in batches of these sizes, over and over; then all of it is undone. */
async function outcome(db: ClientBase, arrivals: Arrival[], sizes: number[]) {
  await db.query("savepoint trial");
  const ids = await stageArrivals(db, arrivals);
  const accepted = acceptedOf(arrivals, ids);
  for (let from = 0, batch = 0; from < accepted.length; batch += 1) {
    const size = sizes[batch % sizes.length] ?? 1;
    await processAccepted(db, accepted.slice(from, from + size));
    from += size;
  }
  const state = await stateOf(db, ids);
  await db.query("rollback to savepoint trial");
  return state;
}

/** Everything that was decided, with ids replaced by the places of the arrivals. A lead is its first arrival. */
async function stateOf(db: ClientBase, ids: string[]) {
  const ask = (text: string) =>
    allRows(
      db,
      `with arrivals as (
         select n::int, captures.* from unnest($1::uuid[]) with ordinality as wanted (id, n) join app_public.captures using (id)
       ),
       people as (select lead_id, min(n) as person from arrivals group by lead_id)
       ${text}`,
      [ids],
    );
  return {
    captures: await ask(
      `select n, status, outcome, person, slug from arrivals left join people using (lead_id)
         join app_public.territories on territories.id = territory_id order by n`,
    ),
    leads: await ask(
      `select person, slug, team_id, score, score_reasons, first_name, email, phone, city, employees, value_amount, value_currency,
              (select slug from app_public.actors where actors.id = owner_id) as owner, sla_policy_id, sla_due_at
         from people join app_public.leads on leads.id = lead_id
         join app_public.territories on territories.id = territory_id order by person`,
    ),
    touches: await ask(
      `select n, person from people join app_public.source_events using (lead_id)
         join arrivals on arrivals.id = capture_id order by n`,
    ),
    decisions: await ask(
      `select n, person, action, owner_id, decisions.team_id, reason, superseded_by_id is null as effective,
              case when action = 'keep_owner' then null else (select jsonb_agg(candidate ->> 'actor') from jsonb_array_elements(candidates) as candidate) end as asked
         from app_public.decisions join people using (lead_id)
         join arrivals on arrivals.id = (inputs ->> 'captureId')::uuid order by n`,
    ),
    assignments: await ask(
      "select person, owner_id from app_public.assignments join people using (lead_id) order by person",
    ),
    clocks: await ask(
      "select person, policy_id, due_at from app_public.clocks join people using (lead_id) order by person",
    ),
    cases: await ask(
      `select exceptions.kind, exceptions.territory_id, exceptions.reason, arrivals.n, people.person,
              (select jsonb_agg(suspects.person order by suspects.person) from jsonb_array_elements_text(details -> 'lead_ids') as suspect
                 join people as suspects on suspects.lead_id = suspect::uuid) as suspects
         from app_public.exceptions left join arrivals on arrivals.id = exceptions.capture_id
         left join people on people.lead_id = exceptions.lead_id order by 4, 5, 1`,
    ),
    notifications: await ask(
      "select person, kind, recipient_id from app_public.notifications join people using (lead_id) order by 1, 2, 3",
    ),
  };
}
