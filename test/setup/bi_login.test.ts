import { expect, inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { createBiLogin } from "../../src/setup/bi_login.ts";
import { BI_PASSWORD } from "../support/acme.ts";
import { test } from "../support/database.ts";

test("a BI login reads the views of bi by their names, and writes nothing", async ({ database }) => {
  const url = roleUrl(database.urls.superuser, "bi_de", BI_PASSWORD);
  await withConnection(url, async (bi) => {
    expect((await bi.query("select count(*)::int as n from lead_queue")).rows).toEqual([{ n: 0 }]);
    expect((await bi.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "30s" }]);
    expect((await bi.query("show transaction_read_only")).rows).toEqual([{ transaction_read_only: "on" }]);
    await bi.query("set default_transaction_read_only = off"); // which anybody may: the walls are the grants
    await expect(bi.query("create temporary table mine (id int)")).rejects.toThrow("permission denied");
    await expect(bi.query("select * from app_public.leads")).rejects.toThrow(
      "permission denied for schema app_public",
    );
  });
});

test("made again it has the new password only", async ({ database }) => {
  const root = inject("cluster").superuserUrl;
  const login = (password: string) =>
    withConnection(roleUrl(database.urls.superuser, "bi_again", password), (bi) => bi.query("select"));
  await createBiLogin(root, database.name, "bi_again", "it's \\ the first");
  await login("it's \\ the first");
  await createBiLogin(root, database.name, "bi_again", "the second");
  await login("the second");
  await expect(login("it's \\ the first")).rejects.toThrow("password authentication failed");
  await withConnection(root, (client) => client.query("drop role bi_again"));
});

test("a role that is there for something else keeps its password", async ({ database }) => {
  const root = inject("cluster").superuserUrl;
  await withConnection(root, (client) => client.query("create role reporting login"));
  await expect(createBiLogin(root, database.name, "reporting", "x")).rejects.toThrow("is no BI login");
  await expect(createBiLogin(root, database.name, "catchment_worker", "x")).rejects.toThrow(
    "cannot be a BI login",
  );
  await expect(createBiLogin(root, database.name, 'a"b', "x")).rejects.toThrow("cannot be a BI login");
  await withConnection(root, (client) => client.query("drop role reporting"));
});
