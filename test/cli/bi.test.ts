import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { expect, inject, onTestFinished } from "vitest";
import { SAMPLE_FOLDER } from "../../src/cli/organization.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { test } from "../policies/land.ts";
import type { TestDatabase } from "../support/database.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a login is granted with its string printed alone, reads its territory, is listed, and revoked with its sessions", async ({
  land,
}) => {
  const { env, name } = surroundings(land);
  const granted = await catchment(["bi", "grant", name, "--territory", "de"], env);
  expect(granted).toMatchObject({ code: 0, stdout: expect.stringMatching(ONE_URL) });
  const url = granted.stdout.trim();
  expect(granted.stderr).not.toContain(new URL(url).password);

  const bi = await session(url);
  expect(await allValues(bi, "select distinct territory as value from leads")).toEqual(["de"]);
  const told = await oneRow(bi, SETTINGS);
  expect(told).toEqual({ path: "bi", read_only: "on", statement: "30s", idle: "5min" });
  expect((await catchment(["bi", "list"], env)).stdout).toMatch(
    new RegExp(`^${name} +de +bi grant, \\d{4}`, "m"),
  );

  const lost = new Promise((resolve) => bi.once("error", resolve));
  const revoked = await catchment(["bi", "revoke", name, "--json"], env);
  expect(JSON.parse(revoked.stdout)).toEqual({ name, sessions: 1 });
  await expect(lost).resolves.toMatchObject({ code: "57P01" });
  await expect(session(url)).rejects.toMatchObject({ code: "28P01" });
  expect((await catchment(["bi", "list"], env)).stdout).not.toContain(name);
  expect(await catchment(["bi", "revoke", name], env)).toMatchObject({ code: 1, stdout: "" });
});

test("further territories, another password, and a login that was revoked may be granted again", async ({
  land,
}) => {
  const { env, name } = surroundings(land);
  const grant = (...words: string[]) => catchment(["bi", "grant", name, ...words], env);
  const { stdout: first } = await grant("--territory", "de");
  expect(await grant("--territory", "fr", "de")).toMatchObject({
    code: 0,
    stdout: `${name} reads de, fr now.\n`,
  });
  const bi = await session(first.trim());
  expect(await allValues(bi, "select distinct territory as value from leads order by 1")).toEqual([
    "de",
    "fr",
  ]);
  const { stdout: second } = await grant("--new-password");
  await expect(session(first.trim())).rejects.toMatchObject({ code: "28P01" });
  await session(second.trim());
  await catchment(["bi", "revoke", name], env);
  const again = await session((await grant("--territory", "us")).stdout.trim());
  expect(await allValues(again, "select distinct territory as value from leads")).toEqual(["us"]);
});

test("the audit trail: for a login that was granted it, of those territories alone", async ({ land }) => {
  const { env, name } = surroundings(land);
  const grant = (...words: string[]) => catchment(["bi", "grant", name, ...words], env);
  const TRAIL = "select distinct territory as value from audit_trail where entity = 'leads' order by 1";
  expect(await grant("--audit")).toMatchObject({ code: 2, stdout: "" });
  const bi = await session((await grant("--territory", "de", "fr")).stdout.trim());
  expect(await allValues(bi, TRAIL)).toEqual([]);
  expect((await grant("--territory", "de", "--audit")).stdout).toBe(
    `${name} reads de, fr, and the audit trail of de now.\n`,
  );
  expect(await allValues(bi, TRAIL)).toEqual(["de"]);
  expect(await allValues(bi, "select distinct territory as value from leads order by 1")).toEqual([
    "de",
    "fr",
  ]);
  expect((await catchment(["bi", "list"], env)).stdout).toMatch(
    new RegExp(`^${name} +de,fr +de +bi grant, `, "m"),
  );
  await grant("--audit");
  expect(await allValues(bi, TRAIL)).toEqual(["de", "fr"]);
  await catchment(["bi", "revoke", name], env);
  const again = await session((await grant("--territory", "de")).stdout.trim());
  expect(await allValues(again, TRAIL)).toEqual([]);
});

test("apply leaves a granted login and its password alone, and plan does not speak of it", async ({
  land,
}) => {
  const { env, name } = surroundings(land);
  const { stdout } = await catchment(["bi", "grant", name, "--territory", "de"], env);
  expect((await planFolder(land.urls.worker, SAMPLE_FOLDER)).changes).toEqual([]);
  await withConnection(land.urls.superuser, (root) =>
    root.query("update app_public.territories set name = 'Deutschland' where slug = 'de'"),
  );
  expect(await applyFolder(land.urls.worker, SAMPLE_FOLDER)).toMatchObject({ changed: true });
  const bi = await session(stdout.trim());
  expect((await bi.query("select from leads")).rowCount).toBeGreaterThan(0);
  expect(await catchment(["url", name], env)).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringContaining("--new-password"),
  });
});

test("names that mean something else, territories that are not there, and nobody who may make roles", async ({
  land,
}) => {
  const { env, name } = surroundings(land);
  const grant = (login: string, ...words: string[]) => catchment(["bi", "grant", login, ...words], env);
  for (const login of ["Finance", "catchment_bi", "pg_read", "a-b", "x; drop role"]) {
    expect([login, (await grant(login, "--territory", "de")).code]).toEqual([login, 2]);
  }
  expect((await grant(name)).code).toBe(2);
  expect((await grant(name, "--new-password")).code).toBe(2);
  for (const login of ["dora", "bi_de"]) {
    expect(await grant(login, "--territory", "fr")).toMatchObject({ code: 1, stdout: "" });
  }
  expect((await grant("postgres", "--territory", "de")).stderr).toContain("in this cluster");
  expect((await grant(name, "--territory", "de", "atlantis")).stderr).toContain("no territory atlantis");
  expect((await catchment(["bi", "revoke", "bi_de"], env)).stderr).toContain("actors.yaml");
  expect((await catchment(["bi", "grant", name, "--territory", "de"], preparedEnv(land))).code).toBe(3);
  await withConnection(land.urls.superuser, async (root) => {
    expect(await allRows(root, "select from pg_roles where rolname = $1", [name])).toEqual([]);
    expect(await allRows(root, "select from app_public.actors where slug = $1", [name])).toEqual([]);
    expect(await oneRow(root, "select kind, granted_at from app_public.actors where slug = 'bi_de'")).toEqual(
      {
        kind: "bi_login",
        granted_at: null,
      },
    );
  });
});

const SETTINGS = `
  select current_setting('search_path') as path, current_setting('default_transaction_read_only') as read_only,
         current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`;

const ONE_URL = /^postgres:\/\/\w+:[\w-]{32}@[^\n]+\n$/;

/** As whoever may make roles; a name that no other test has, since roles belong to the cluster. */
function surroundings({ name: database }: TestDatabase) {
  const { superuserUrl, key } = inject("cluster");
  const name = `bi_${randomBytes(4).toString("hex")}`;
  const env = { DATABASE_URL: databaseUrl(superuserUrl, database), CATCHMENT_KEY: key };
  onTestFinished(() =>
    withConnection(superuserUrl, async (root) => {
      await root.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1", [
        name,
      ]);
      await root.query(`drop role if exists ${name}`);
    }),
  );
  return { env, name };
}

/** Of a BI tool, which stays open; closed with the test. */
async function session(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}
