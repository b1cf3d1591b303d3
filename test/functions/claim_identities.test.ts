import { expect } from "vitest";
import { type Accepted, acceptedOf, processAccepted, stageArrivals } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";

test("one person through two connections at once is one lead", async ({ database }) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const arrivals = [
    { attributes: { email: "ana@mail.example", country: "DE" } },
    { attributes: { email: "ana@mail.example", country: "DE" } },
  ];
  const [first, second] = acceptedOf(arrivals, await stageArrivals(one, arrivals));
  const backend = await backendOf(other);

  await one.query("begin");
  await processAccepted(one, present(first));
  const waiting = processAccepted(other, present(second));
  await untilItWaits(one, backend);
  await one.query("commit");
  await waiting;

  expect(
    await allRows(
      one,
      `select captures.outcome, count(*) over (partition by captures.lead_id)::int as of_lead
         from app_public.captures order by captures.id`,
    ),
  ).toEqual([
    { outcome: "lead_created", of_lead: 2 },
    { outcome: "touch_added", of_lead: 2 },
  ]);
});

test("who waited for a claim that was given up makes the lead itself", async ({ database }) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const arrivals = [1, 2].map(() => ({ attributes: { email: "ben@mail.example", country: "DE" } }));
  const [first, second] = acceptedOf(arrivals, await stageArrivals(one, arrivals));
  const backend = await backendOf(other);

  await one.query("begin");
  await processAccepted(one, present(first));
  const waiting = processAccepted(other, present(second));
  await untilItWaits(one, backend);
  await one.query("rollback");
  await waiting;

  const { rows } = await one.query(
    "select outcome from app_public.captures where id = any ($1) order by id",
    [[first?.id, second?.id]],
  );
  expect(rows).toEqual([{ outcome: null }, { outcome: "lead_created" }]);
});

test("claim_keys: batches of the same people in opposite order do not lock each other out", async ({
  database,
}) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const people = Array.from({ length: 30 }, (_, n) => ({
    attributes: { email: `crossed-${n}@mail.example`, phone: `+4930${1000 + n}`, country: "DE" },
  }));
  const reversed = [...people].reverse();
  const forth = acceptedOf(people, await stageArrivals(one, people));
  const back = acceptedOf(reversed, await stageArrivals(one, reversed));
  await Promise.all([processAccepted(one, forth), processAccepted(other, back)]);

  const leads = await allRows(
    one,
    `select count(*) from app_public.captures join app_public.leads on leads.id = captures.lead_id
      where leads.email like 'crossed-%' group by leads.id having count(*) = 2`,
  );
  expect(leads).toHaveLength(30);
});

test("who comes from an office that another batch comes from too does not wait for it", async ({
  database,
}) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const people = [
    { first_name: "Ana", last_name: "Ast", country: "DE" },
    { first_name: "Ben", last_name: "Bach", country: "DE" },
    { first_name: "Cleo", last_name: "Cid", country: "DE" },
    { first_name: "Dan", last_name: "Day", country: "FR" },
  ].map((person) => ({ attributes: { ...person, email: "info@firm.example" } }));
  const [first, second, third, fourth] = acceptedOf(people, await stageArrivals(one, people));
  await processAccepted(one, [...present(first), ...present(second)]); // from now on it is known as shared

  await one.query("begin");
  await processAccepted(one, present(third));
  await processAccepted(other, present(fourth));
  await one.query("commit");

  const leads = await allRows(
    one,
    "select first_name from app_public.leads where email = 'info@firm.example' order by 1",
  );
  expect(leads).toEqual(["Ana", "Ben", "Cleo", "Dan"].map((first_name) => ({ first_name })));
});

test("a key that is forgotten meanwhile is claimed anew", async ({ database }) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  const arrivals = [1, 2].map(() => ({ attributes: { email: "dan@mail.example", country: "DE" } }));
  const [first, second] = acceptedOf(arrivals, await stageArrivals(one, arrivals));
  await processAccepted(one, present(first));
  const backend = await backendOf(other);

  await one.query("begin");
  await one.query(
    "select app_private.forget_matches(array(select lead_id from app_public.captures where id = $1))",
    [first?.id],
  );
  const waiting = processAccepted(other, present(second));
  await untilItWaits(one, backend);
  await one.query("commit");
  await waiting;

  const { rows } = await one.query(
    "select outcome from app_public.captures where id = any ($1) order by id",
    [[first?.id, second?.id]],
  );
  expect(rows).toEqual([{ outcome: "lead_created" }, { outcome: "lead_created" }]);
});

function present(accepted: Accepted | undefined): Accepted[] {
  return accepted === undefined ? [] : [accepted];
}
