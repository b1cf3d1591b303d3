import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { findBadConditions } from "./conditions.ts";
import { digestOf } from "./digest.ts";
import { SetupError } from "./problem.ts";
import { readSetup, type Setup } from "./read.ts";
import { refuseRemovals } from "./removals.ts";
import { writeActors } from "./write_actors.ts";
import { writePaths } from "./write_paths.ts";
import { writePolicies } from "./write_policies.ts";
import { writeRules } from "./write_rules.ts";
import { writeTeams } from "./write_teams.ts";
import { writeTerritories } from "./write_territories.ts";

export type Applied = { revision: number; changed: boolean };

/**
 * Makes the database what a folder of YAML says, in one transaction, as the next revision; a folder that says what
 * the last revision said changes nothing. Actors, paths and policies that it no longer names are switched off;
 * territories and teams must stay. Throws a SetupError with every problem; then nothing was applied.
 * `now` is for tests; otherwise the database's clock counts.
 */
export async function applyFolder(
  workerUrl: string,
  folder: string,
  options: { appliedBy?: string; now?: Date } = {},
): Promise<Applied> {
  const setup = await readSetup(folder, options.now);
  return withConnection(workerUrl, (client) => applySetup(client, setup, options));
}

/** The same on a connection of the worker that is not in a transaction. */
export async function applySetup(
  client: Client,
  setup: Setup,
  { appliedBy = "catchment apply", now }: { appliedBy?: string; now?: Date },
): Promise<Applied> {
  const digest = digestOf({ organization: setup.organization, exceptionPolicies: setup.exceptionPolicies });
  await client.query("begin");
  try {
    await client.query("select pg_catalog.pg_advisory_xact_lock($1)", [APPLY_LOCK]);
    const last = await lastRevision(client);
    if (last?.digest === digest) {
      await client.query("commit");
      return { revision: last.id, changed: false };
    }
    const findings = [
      ...(await findBadConditions(client, setup.organization)),
      ...(await refuseRemovals(client, setup.organization)),
    ];
    if (findings.length > 0) throw new SetupError(setup.folder, findings.map(setup.describe));
    const at = await instantOf(client, now);
    const revision = await addRevision(client, digest, appliedBy, at);
    await write(client, setup, revision, at);
    await client.query("commit");
    return { revision, changed: true };
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** Two applies at once follow one another; the second sees what the first has made. */
const APPLY_LOCK = "7224628639";

async function write(client: Client, setup: Setup, revision: number, at: Date): Promise<void> {
  const { organization, exceptionPolicies } = setup;
  const moved = await writeTerritories(client, organization);
  if (moved.length > 0) throw new SetupError(setup.folder, moved.map(setup.describe));
  await writeActors(client, organization);
  await writeTeams(client, organization);
  await writePaths(client, organization, at);
  await writePolicies(client, organization, exceptionPolicies);
  await writeRules(client, organization, revision);
}

async function lastRevision(client: Client): Promise<{ id: number; digest: string } | undefined> {
  const { rows } = await client.query<{ id: number; digest: string }>(
    "select id, digest from app_public.revisions order by id desc limit 1",
  );
  return rows[0];
}

async function instantOf(client: Client, now: Date | undefined): Promise<Date> {
  if (now !== undefined) return now;
  const { rows } = await client.query<{ now: Date }>("select now() as now");
  return rows[0]?.now ?? new Date();
}

async function addRevision(client: Client, digest: string, appliedBy: string, at: Date): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    "insert into app_public.revisions (digest, applied_by, applied_at) values ($1, $2, $3) returning id",
    [digest, appliedBy, at],
  );
  const [revision] = rows;
  if (revision === undefined) throw new Error("The revision was not written.");
  return revision.id;
}
