import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("rearm_clocks: leads that came after the change began with what the policy says, and nobody looks at them", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.clocks set target_seconds = 1"); // so that a look would be seen
  await db.query("delete from app_private.clock_changes");
  await db.query(
    "insert into app_private.clock_changes (changed_at) values (now() - interval '2 minutes'), (now() - interval '10 seconds')",
  );
  const seen: number[] = [];
  for (let walk = 0; walk < 4; walk += 1)
    seen.push(
      await asWorker(db, () =>
        oneValue<number>(db, "select app_private.rearm_clocks(now() + interval '2 minutes', 100) as value"),
      ),
    );
  expect(seen).toEqual([1, 1, 0, 0]); // the older change sees nothing and hides nothing: the younger sees the clock on both walks
  expect(await allRows(db, "select finished_at is not null as over from app_private.clock_changes")).toEqual([
    { over: true },
    { over: true },
  ]);
});
