/** Turns `db/current` into the next file of `db/committed`: `npm run db:commit -- "leads know their owner"`. */
import { commitMigration } from "../src/postgres/commit_migration.ts";

const message = process.argv.slice(2).join(" ").trim();
if (message === "") {
  console.error('Say what the migration does: npm run db:commit -- "leads know their owner"');
  process.exitCode = 2;
} else {
  await commitMigration({ message, log: (line) => console.log(line) }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
