/**
 * Runs every committed migration and then `db/current` on an empty scratch server, to see that it compiles.
 * `--again` runs `db/current` a second time, since what is being written is run many times over on one database.
 */
import { bootstrap } from "../src/postgres/bootstrap.ts";
import { migrate } from "../src/postgres/migrate.ts";
import { rolePasswords } from "../src/postgres/role_urls.ts";
import { openScratch } from "../src/postgres/scratch.ts";

const log = (line: string) => console.log(line);
const scratch = await openScratch(log);
try {
  const rootUrl = scratch.server.superuserUrl("postgres");
  const passwords = rolePasswords("only for a scratch server");
  const { owner: ownerUrl } = await bootstrap({ rootUrl, database: "catchment", passwords, log });
  await migrate({ ownerUrl, rootUrl, withCurrent: true, log });
  if (process.argv.includes("--again")) await migrate({ ownerUrl, rootUrl, withCurrent: true, log });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await scratch.close();
}
