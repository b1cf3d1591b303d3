import { escapeIdentifier } from "pg";
import { bootstrap } from "../postgres/bootstrap.ts";
import { withConnection } from "../postgres/connect.ts";
import { migrate } from "../postgres/migrate.ts";
import { prepareDatabase } from "../postgres/prepare_database.ts";
import { type RoleUrls, rolePasswords, roleUrls } from "../postgres/role_urls.ts";
import { openScratch } from "../postgres/scratch.ts";

/** So many migrated databases without an organization, on a server in a folder of its own; `close` leaves nothing of it. */
export async function openScratchDatabases(
  count: number,
  log: (line: string) => void,
): Promise<{ databases: RoleUrls[]; close: () => Promise<void> }> {
  const scratch = await openScratch(log);
  try {
    const rootUrl = scratch.server.superuserUrl("postgres");
    const passwords = rolePasswords("only for a scratch server");
    const first = await bootstrap({ rootUrl, database: "catchment", passwords, log });
    await migrate({ ownerUrl: first.owner, rootUrl, withCurrent: true, log });
    const databases = [first];
    for (let number = 2; number <= count; number += 1) {
      const name = `catchment_${number}`;
      await withConnection(rootUrl, (root) =>
        root.query(`create database ${escapeIdentifier(name)} template catchment owner catchment_owner`),
      );
      await prepareDatabase(rootUrl, name);
      databases.push(roleUrls(rootUrl, name, passwords));
    }
    return { databases, close: scratch.close };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
