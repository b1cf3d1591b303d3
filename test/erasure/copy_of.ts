import { onTestFinished } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { prepareDatabase } from "../../src/postgres/prepare_database.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import type { TestDatabase } from "../support/database.ts";

/** The database as it is now, as a backup would bring it back. Nobody may be connected to it; it goes with the test. */
export async function copyOf({ name, urls }: TestDatabase): Promise<Pick<TestDatabase, "urls">> {
  const copy = `${name}_copy`;
  const root = databaseUrl(urls.superuser, "postgres");
  await withConnection(root, (db) =>
    db.query(`create database ${copy} template ${name} owner catchment_owner`),
  );
  onTestFinished(() =>
    withConnection(root, async (db) => {
      await db.query(`drop database if exists ${copy} with (force)`);
    }),
  );
  await prepareDatabase(root, copy);
  return {
    urls: {
      superuser: databaseUrl(urls.superuser, copy),
      owner: databaseUrl(urls.owner, copy),
      api: databaseUrl(urls.api, copy),
      worker: databaseUrl(urls.worker, copy),
    },
  };
}
