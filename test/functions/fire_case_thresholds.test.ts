import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { caseOf, fire, openCase } from "../support/cases.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";

const HOUR = 3_600;

test("a case's threshold is a row once, in the place of the case, and without a lead of its own", async ({
  db,
}) => {
  const id = await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await fire(db, HOUR - 1)).toBe(0);
  expect(await fire(db, HOUR)).toBe(1);
  expect(await fire(db, HOUR)).toBe(0);
  const rows = await allRows(
    db,
    `select clocks.exception_id as of, clocks.kind, escalations.threshold, escalations.lead_id, escalations.territory_id = clocks.territory_id as there,
            escalations.is_late
       from app_public.escalations join app_public.clocks on clocks.id = escalations.clock_id`,
  );
  expect(rows).toEqual([
    { of: id, kind: "acknowledge", threshold: 100, lead_id: null, there: true, is_late: false },
  ]);
  expect(await caseOf(db, id)).toMatchObject({ level: 1 });
});

test("clocks of leads and of cases fire in one sweep", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await openCase(db, "nobody_available", { path: "partner-feed" });
  expect(await fire(db, 2 * HOUR)).toBeGreaterThan(0);
  const kinds = await allRows(
    db,
    "select distinct clocks.kind from app_public.escalations join app_public.clocks on clocks.id = clock_id order by 1",
  );
  expect(kinds).toEqual([{ kind: "acknowledge" }, { kind: "first_response" }]);
});

test("a case that somebody is just working on is skipped, not waited for", async () => {
  const database = await createDatabase();
  try {
    const [person, sweep] = await Promise.all([
      connect(database.urls.superuser),
      connect(database.urls.worker),
    ]);
    const id = await openCase(person, "nobody_available", { path: "partner-feed" });
    await person.query("begin");
    await person.query("select from app_public.exceptions where id = $1 for no key update", [id]);
    await sweep.query("set lock_timeout = '5s'");
    const count = () =>
      oneValue<number>(
        sweep,
        "select app_private.fire_thresholds(now() + interval '1 hour 1 minute', 10) as value",
      );
    expect(await count()).toBe(0);
    await person.query("commit");
    expect(await count()).toBe(1);
  } finally {
    await database.drop();
  }
});
