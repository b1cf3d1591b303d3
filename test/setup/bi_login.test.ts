import { randomBytes } from "node:crypto";
import { expect, onTestFinished } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { createBiLogin, dropBiLogin } from "../../src/setup/bi_login.ts";
import { test } from "../support/database.ts";
import { allValues } from "../support/rows.ts";

test("whoever may create roles, and is no superuser, makes a login, gives it another password and drops it with its sessions", async ({
  database,
}) => {
  const { manager, login } = await makeManager(database.urls.superuser);
  const url = (password: string) => roleUrl(database.urls.worker, login, password);
  await createBiLogin(manager, database.name, login, "the first one");
  await createBiLogin(manager, database.name, login, "the second one");
  await expect(withConnection(url("the first one"), async () => {})).rejects.toMatchObject({ code: "28P01" });
  await withConnection(url("the second one"), async (bi) => {
    expect(await allValues(bi, "select count(*)::int as value from leads")).toEqual([0]); // no actor, no rows
    expect(await withConnection(manager, (root) => dropBiLogin(root, login))).toBe(1);
    await expect(bi.query("select")).rejects.toThrow();
  });
  expect(await withConnection(manager, (root) => dropBiLogin(root, login))).toBe(0);
});

test("a role that is there for something else keeps its password, its sessions and its life", async ({
  database,
}) => {
  const { manager, login } = await makeManager(database.urls.superuser);
  await withConnection(database.urls.superuser, (root) => root.query(`create role ${login} login`));
  await expect(createBiLogin(manager, database.name, login, "x")).rejects.toThrow("is no BI login");
  await withConnection(manager, async (root) => {
    await expect(dropBiLogin(root, login)).rejects.toThrow("is no BI login");
  });
  for (const role of ["catchment_worker", "pg_monitor", "a b"]) {
    await expect(createBiLogin(manager, database.name, role, "x")).rejects.toThrow("cannot be a BI login");
  }
});

/** Somebody who may create roles and grant catchment_bi; a name that no other test has, since roles belong to the cluster. */
async function makeManager(superuser: string): Promise<{ manager: string; login: string }> {
  const suffix = randomBytes(4).toString("hex");
  const [name, login] = [`manager_${suffix}`, `bi_${suffix}`];
  await withConnection(superuser, async (root) => {
    await root.query(`create role ${name} login createrole password 'known'`);
    await root.query(`grant catchment_bi to ${name} with admin option, inherit false, set false`);
    await root.query(`grant connect on database ${root.database} to ${name}`);
  });
  onTestFinished(() =>
    withConnection(superuser, async (root) => {
      await root.query(`drop role if exists ${login}`);
      await root.query(`drop owned by ${name}`);
      await root.query(`drop role ${name}`);
    }),
  );
  return { manager: roleUrl(superuser, name, "known"), login };
}
