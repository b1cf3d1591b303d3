import { expect } from "vitest";
import { actAs, actAsLogin, actAsWorker, stopActing } from "../support/act_as.ts";
import { test } from "../support/database.ts";

const who =
  "select session_user::text, current_user::text, current_setting('catchment.actor', true) as actor";

test("a test acts as an actor, as the worker and as a login, and stops acting", async ({ db }) => {
  await actAs(db, 7);
  expect((await db.query(who)).rows).toEqual([
    { session_user: "catchment_api", current_user: "catchment_user", actor: "7" },
  ]);
  await actAsWorker(db);
  expect((await db.query(who)).rows).toEqual([
    { session_user: "catchment_worker", current_user: "catchment_worker", actor: "" },
  ]);
  await stopActing(db);
  await db.query("create role bi_somebody login in role catchment_bi");
  await actAsLogin(db, "bi_somebody");
  expect((await db.query(who)).rows[0]).toMatchObject({
    session_user: "bi_somebody",
    current_user: "bi_somebody",
  });
  await stopActing(db);
  expect((await db.query(who)).rows[0]).toMatchObject({ session_user: "postgres", current_user: "postgres" });
});

test("what a test writes is gone in the next one", async ({ db, database, worker }) => {
  expect((await db.query("select from pg_roles where rolname = 'bi_somebody'")).rowCount).toBe(0);
  expect((await db.query("select current_database() as name")).rows).toEqual([{ name: database.name }]);
  expect((await worker.query(who)).rows[0]).toMatchObject({ session_user: "catchment_worker" });
});

test("a copy of the template has the privileges that templates do not pass on", async ({ db }) => {
  const { rows } = await db.query(
    `select has_database_privilege('catchment_api', current_database(), 'connect') as api,
            has_database_privilege('catchment_user', current_database(), 'connect') as anybody,
            has_database_privilege('catchment_worker', current_database(), 'create') as worker_creates,
            has_database_privilege('catchment_worker', current_database(), 'temporary') as worker_temporary`,
  );
  expect(rows).toEqual([{ api: true, anybody: false, worker_creates: false, worker_temporary: false }]);
});
