import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootstrap, prepareDatabase, rolePasswords, roleUrl } from "../../src/postgres/bootstrap.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { openScratch } from "../../src/postgres/scratch.ts";

const passwords = rolePasswords("a key that is long enough for everything");

/** A cluster of its own: roles belong to the cluster, and these must be absent at first. */
let scratch: Awaited<ReturnType<typeof openScratch>>;
let superuserUrl: string;
let rootUrl: string;

beforeAll(async () => {
  scratch = await openScratch(() => {});
  superuserUrl = scratch.server.superuserUrl("postgres");
  await ask(superuserUrl, "alter system set log_statement = 'all'");
  await ask(superuserUrl, "select pg_reload_conf()");
  await ask(superuserUrl, "create role tester login createrole createdb password 'tester'");
  rootUrl = roleUrl(superuserUrl, "tester", "tester");
});
afterAll(() => scratch.close());

test("a root that is no superuser makes everything, also when two start at once, and again", async () => {
  const options = { rootUrl, database: "first", passwords };
  const [urls, same] = await Promise.all([bootstrap(options), bootstrap(options)]);
  expect(same).toEqual(urls);
  await bootstrap(options);
  expect(await ask(urls.owner, WHO)).toEqual([
    { role: "catchment_owner", owns: true, super: false, temp: true },
  ]);
  expect(await ask(urls.api, WHO)).toEqual([
    { role: "catchment_api", owns: false, super: false, temp: false },
  ]);
  expect(await ask(urls.worker, WHO)).toEqual([
    { role: "catchment_worker", owns: false, super: false, temp: false },
  ]);
});

test("memberships let the owner use the worker's policies and the api become a user, no more", async () => {
  const memberships = await ask(
    superuserUrl,
    `select member::regrole::text || ' -> ' || roleid::regrole as it, inherit_option as inherit, set_option as set
       from pg_auth_members where member::regrole::text ~ '^catchment' order by 1`,
  );
  expect(memberships).toEqual([
    { it: "catchment_api -> catchment_user", inherit: false, set: true },
    { it: "catchment_owner -> catchment_worker", inherit: true, set: true },
  ]);
});

test("the worker owns its schema and runs jobs, and may create nothing any more", async () => {
  const urls = await bootstrap({ rootUrl, database: "first", passwords });
  expect(await ask(urls.worker, "select (graphile_worker.add_job('nothing')).attempts")).toEqual([
    { attempts: 0 },
  ]);
  const [schema] = await ask(
    urls.worker,
    "select nspowner::regrole::text as it from pg_namespace where nspname = 'graphile_worker'",
  );
  expect(schema).toEqual({ it: "catchment_worker" });
  await expect(ask(urls.worker, "create schema mine")).rejects.toThrow("permission denied");
  await expect(ask(urls.api, "select graphile_worker.add_job('nothing')")).rejects.toThrow(
    "permission denied",
  );
});

test("nobody else may enter, and nobody creates in schema public", async () => {
  await ask(superuserUrl, "create role stranger login password 'stranger'");
  const stranger = roleUrl(databaseUrl(superuserUrl, "first"), "stranger", "stranger");
  await expect(ask(stranger, "select 1")).rejects.toThrow("permission denied for database");
  const urls = await bootstrap({ rootUrl, database: "first", passwords });
  await expect(ask(urls.worker, "create table public.mine ()")).rejects.toThrow(
    "permission denied for schema public",
  );
});

test("the logins carry their limits", async () => {
  const urls = await bootstrap({ rootUrl, database: "first", passwords });
  const settings =
    "select current_setting('statement_timeout') as statement, current_setting('jit') as jit, current_setting('enable_mergejoin') as merge";
  expect(await ask(urls.api, settings)).toEqual([{ statement: "15s", jit: "off", merge: "off" }]);
  expect(await ask(urls.worker, settings)).toEqual([{ statement: "0", jit: "off", merge: "on" }]);
});

test("a second database on the cluster uses the same roles", async () => {
  const urls = await bootstrap({ rootUrl, database: "second one", passwords });
  expect(await ask(urls.owner, WHO)).toEqual([
    { role: "catchment_owner", owns: true, super: false, temp: true },
  ]);
});

test("another key is refused and changes nothing; when it is meant it changes the passwords, and says so", async () => {
  const lines: string[] = [];
  const others = rolePasswords("another key that is long enough for everything");
  for (const database of ["first", "not there yet"]) {
    await expect(bootstrap({ rootUrl, database, passwords: others })).rejects.toThrow(
      "passwords of another CATCHMENT_KEY",
    );
  }
  const same = await bootstrap({ rootUrl, database: "first", passwords });
  expect(await ask(same.worker, "select 1 as one")).toEqual([{ one: 1 }]);
  const urls = await bootstrap({
    rootUrl,
    database: "first",
    passwords: others,
    takeNewKey: true,
    log: (line) => lines.push(line),
  });
  expect(lines).toContainEqual(expect.stringContaining("a new password for catchment_worker"));
  expect(await ask(urls.worker, "select 1 as one")).toEqual([{ one: 1 }]);
  const back = await bootstrap({ rootUrl, database: "first", passwords, takeNewKey: true });
  await expect(ask(urls.worker, "select 1")).rejects.toThrow("password authentication failed");
  expect(await ask(back.worker, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("an empty database of somebody else is taken over, one that holds tables is refused", async () => {
  await ask(superuserUrl, "create database empty");
  const urls = await bootstrap({ rootUrl: databaseUrl(superuserUrl, "empty"), database: "empty", passwords });
  expect(await ask(urls.owner, WHO)).toMatchObject([{ owns: true }]);

  await ask(superuserUrl, "create database taken");
  await ask(databaseUrl(superuserUrl, "taken"), "create table theirs ()");
  const refused = bootstrap({ rootUrl: superuserUrl, database: "taken", passwords });
  await expect(refused).rejects.toThrow("belongs to postgres and is not empty (theirs)");
});

test("a copy made from a template lets everybody in until it is prepared", async () => {
  await ask(rootUrl, "create database copy template first owner catchment_owner");
  const stranger = roleUrl(databaseUrl(superuserUrl, "copy"), "stranger", "stranger");
  expect(await ask(stranger, "select 1 as one")).toEqual([{ one: 1 }]);
  await prepareDatabase(rootUrl, "copy");
  await expect(ask(stranger, "select 1")).rejects.toThrow("permission denied for database");
});

test("no password is told to the server, only its digest; a root without rights is told what it lacks", async () => {
  const log = await readFile(join(scratch.dataDir, "postgres.log"), "utf8");
  expect(log).toContain("alter role catchment_api password 'SCRAM-SHA-256$4096:");
  expect(log).not.toContain(passwords.api);
  const poor = roleUrl(superuserUrl, "stranger", "stranger");
  await expect(bootstrap({ rootUrl: poor, database: "third", passwords })).rejects.toThrow(
    "stranger needs createrole and createdb",
  );
});

const WHO = `select current_user::text as role, rolsuper as super,
                    pg_get_userbyid(datdba) = current_user as owns,
                    has_database_privilege(current_database(), 'temporary') as temp
               from pg_roles, pg_database where rolname = current_user and datname = current_database()`;

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  return withConnection(url, async (client) => (await client.query(sql)).rows);
}
