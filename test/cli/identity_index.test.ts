import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { receive } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { ANA } from "../support/people.ts";
import { oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("identity index makes leads from before findable, and the second time does nothing", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const people = [
    { ...ANA, email: "ana@mail.example" },
    { ...ANA, first_name: "Bruno", birth_date: "1950-01-02", email: "bruno@mail.example" },
  ];
  const attempt = (attributes: Record<string, string>) =>
    withConnection(
      database.urls.worker,
      async (worker) => (await receive(worker, [{ attributes }]))[0]?.leadId,
    );
  const ids = await Promise.all(people.map(attempt));
  await withConnection(database.urls.superuser, (db) =>
    db.query("truncate app_private.match_records, app_private.match_keys"),
  );
  expect((await catchment(["identity", "index"], env)).stdout).toBe("2 of 2 leads became findable.\n");
  expect(await attempt({ ...ANA, email: "ana@new.example" })).toBe(ids[0]);
  const records = () =>
    withConnection(database.urls.superuser, (db) =>
      oneValue<number>(db, "select count(*)::int as value from app_private.match_records"),
    );
  const before = await records();
  expect(JSON.parse((await catchment(["identity", "index", "--json"], env)).stdout)).toEqual({
    looked: 2,
    indexed: 0,
  });
  expect((await catchment(["identity", "index"], env)).stdout).toBe(
    "Nothing to do: all of 2 leads are findable.\n",
  );
  expect(await records()).toBe(before);
});
