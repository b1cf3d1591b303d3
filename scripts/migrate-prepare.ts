/**
 * What a database that graphile-migrate has just reset needs before its migrations: privileges and the worker's
 * schema. `node scripts/migrate-prepare.ts <root url> <database>`; the roles must be there already.
 */
import { prepareDatabase } from "../src/postgres/prepare_database.ts";
import { installWorkerSchema } from "../src/postgres/worker_schema.ts";

const [rootUrl, database] = process.argv.slice(2);
if (!rootUrl || !database) throw new Error("Usage: node scripts/migrate-prepare.ts <root url> <database>");

await prepareDatabase(rootUrl, database);
await installWorkerSchema(rootUrl, database);
