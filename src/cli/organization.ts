import { fileURLToPath } from "node:url";
import type { Client } from "pg";
import { errorCode, withConnection } from "../postgres/connect.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { pendingMigrations } from "../postgres/pending_migrations.ts";
import { isConnectionLoss } from "../postgres/pools.ts";
import { refused } from "./outcome.ts";

/** The sample organization of the checkout, wherever the command is called from. */
export const SAMPLE_FOLDER = fileURLToPath(new URL("../../examples/acme", import.meta.url));

/** Looks something up as the worker; says what to do where the database is not there or not ready. */
export async function look<Result>(
  urls: DatabaseUrls,
  work: (worker: Client) => Promise<Result>,
): Promise<Result> {
  try {
    return await withConnection(urls.worker, work);
  } catch (error) {
    const { host, pathname } = new URL(urls.worker);
    const code = errorCode(error);
    if (["42P01", "3F000"].includes(code)) throw refused(`The database has no tables yet. ${MIGRATE}`);
    if (["3D000", "28P01", "28000"].includes(code)) {
      const refusal = error instanceof Error ? error.message : code;
      const advice = code === "28P01" ? OTHER_KEY : MIGRATE;
      throw refused(`The database ${pathname.slice(1)} at ${host} refuses us: ${refusal}. ${advice}`);
    }
    if (isConnectionLoss(error)) throw refused(`The database at ${host} does not answer (${code}).`);
    throw error;
  }
}

const MIGRATE = "`npx catchment migrate` prepares it.";
const OTHER_KEY =
  "Is CATCHMENT_KEY that of this installation? Only for a new one, or to change the key for all its programs: `npx catchment migrate` " +
  "sets the passwords that go with the key that it finds.";

/** Whoever needs every table as this version of the program knows it. */
export async function refusePending({ owner }: Pick<DatabaseUrls, "owner">): Promise<void> {
  const pending = await pendingMigrations(owner);
  if (pending.length === 0) return;
  const many = pending.length === 1 ? "1 migration is" : `${pending.length} migrations are`;
  throw refused(`${many} pending. Run \`npx catchment migrate\` first.`);
}

export async function isEmpty(urls: DatabaseUrls): Promise<boolean> {
  const { rowCount } = await look(urls, (worker) =>
    worker.query("select from app_public.territories limit 1"),
  );
  return rowCount === 0;
}

/** `is_granted`: `catchment bi grant` made this login, and only who called it knows its password. */
export type Actor = {
  slug: string;
  kind: string;
  db_role: string | null;
  is_active: boolean;
  is_granted: boolean;
};

export async function readActors(urls: DatabaseUrls): Promise<Actor[]> {
  const { rows } = await look(urls, (worker) =>
    worker.query<Actor>(
      "select slug, kind, db_role, is_active, granted_at is not null as is_granted from app_public.actors order by slug",
    ),
  );
  return rows;
}
