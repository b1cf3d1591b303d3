import { expect } from "vitest";
import { checkSameResult, readResult } from "../../src/bench/same_result.ts";
import { stageLeads } from "../../src/bench/stage_leads.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { prepareDatabase } from "../../src/postgres/prepare_database.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { createDatabase, type TestDatabase, test } from "../support/database.ts";

test("a batch and the single path route sixty captures alike, and a difference is told", async ({
  database,
}) => {
  await stageLeads(database.urls.api, 60);
  const singly = await copyOf(database);
  try {
    const same = await checkSameResult(database.urls, singly.urls);
    expect(same.get("captures")).toBe(60);
    expect(same.get("leads")).toBe(57);
    expect(same.get("decisions")).toBe(60);

    await withConnection(singly.urls.superuser, (client) =>
      client.query(
        "update app_public.leads set score = 1 where id = (select min(id::text)::uuid from app_public.leads)",
      ),
    );
    await expect(checkSameResult(database.urls, singly.urls)).rejects.toThrow(/differ in leads/);
    expect((await readResult(singly.urls.superuser)).get("leads")).toHaveLength(57);
  } finally {
    await singly.drop();
  }
});

/** The staged captures with their ids. Nobody may be connected to a database that is copied. */
async function copyOf(database: TestDatabase): Promise<TestDatabase> {
  const other = await createDatabase();
  const { superuser } = other.urls;
  await other.drop();
  const root = databaseUrl(superuser, "postgres");
  await withConnection(root, (client) =>
    client.query(`create database ${other.name} template ${database.name} owner catchment_owner`),
  );
  await prepareDatabase(root, other.name);
  return other;
}
