import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { stopActing } from "../support/act_as.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, refusalOf } from "../support/rows.ts";

test("a response lies between the arrival of its lead and now; what was done before is no response", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await act(db, "dora");
  const logged = (at: string, isResponse = true) =>
    refusalOf(
      db,
      `select app_public.log_activity('${leadId}', 'call', is_response => ${isResponse}, occurred_at => ${at})`,
    );
  expect(await logged("now() - interval '1 second'")).toBe("BADIN");
  expect(await logged("'1970-01-01Z'")).toBe("BADIN");
  for (const never of ["'-infinity'", "'infinity'", "'0044-03-15 BC'", "now() + interval '1 hour'"])
    expect(await logged(never, false)).toBe("BADIN");
  await db.query(
    "select app_public.log_activity($1, 'call', is_response => false, occurred_at => now() - interval '1 day')",
    [leadId],
  );
  await db.query("select app_public.log_activity($1, 'call', occurred_at => now())", [leadId]);
});

test("no earlier call takes back a breach that people were told of", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fire(db, 86_400);
  const breach = "select sla_breached_at from app_public.leads where id = $1";
  const before = await oneRow(db, breach, [leadId]);
  expect(before.sla_breached_at).not.toBeNull();
  await act(db, "mona");
  expect(
    await refusalOf(db, `select app_public.log_activity('${leadId}', 'call', occurred_at => '1999-01-01Z')`),
  ).toBe("BADIN");
  await stopActing(db);
  expect(await oneRow(db, breach, [leadId])).toEqual(before);
});
