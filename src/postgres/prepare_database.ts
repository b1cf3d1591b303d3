import { type Client, escapeIdentifier } from "pg";
import { withConnection } from "./connect.ts";
import { databaseUrl } from "./role_urls.ts";

/**
 * The privileges of one database. They are not copied with a template, so every database made from one needs this
 * (and nothing more: the worker's schema is copied).
 */
export async function prepareDatabase(rootUrl: string, database: string): Promise<void> {
  await asDatabaseOwner(rootUrl, database, async (owner) => {
    const name = escapeIdentifier(database);
    await owner.query(`revoke all on database ${name} from public`); // temporary tables go with it
    await owner.query(`grant connect on database ${name} to catchment_api, catchment_worker, catchment_bi`);
    await owner.query("revoke create on schema public from public");
  });
}

/** As the database's owner, so that privileges are granted in its name by a superuser too. */
export async function asDatabaseOwner(
  rootUrl: string,
  database: string,
  work: (owner: Client) => Promise<void>,
): Promise<void> {
  await withConnection(databaseUrl(rootUrl, database), async (client) => {
    await client.query("set role catchment_owner");
    await work(client);
  });
}
