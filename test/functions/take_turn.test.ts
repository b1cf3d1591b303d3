import { expect } from "vitest";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { oneValue } from "../support/rows.ts";

test("one transaction at a time has the turn of a name, and the next sees what it committed", async ({
  database,
}) => {
  const [one, other, observer] = await Promise.all([
    connect(database.urls.worker),
    connect(database.urls.worker),
    connect(database.urls.superuser),
  ]);
  for (const path of ["its first turn", "its second turn"]) {
    await one.query("begin");
    await one.query("select app_private.take_turn('a test')");
    await other.query("begin");
    await other.query("select app_private.take_turn('another name')"); // waits for nobody
    const backend = await backendOf(other);
    const waiting = other.query("select app_private.take_turn('a test')");
    await untilItWaits(observer, backend);
    await one.query("insert into app_private.turns (name) values ($1)", [path]);
    await one.query("commit");
    await waiting;
    expect(
      await oneValue(other, "select exists (select from app_private.turns where name = $1) as value", [path]),
    ).toBe(true);
    await other.query("commit");
  }
});
