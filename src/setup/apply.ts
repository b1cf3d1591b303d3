import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { allWarnings } from "./all_warnings.ts";
import { describeChanges } from "./describe_changes.ts";
import { type Change, difference } from "./difference.ts";
import { digestOf } from "./digest.ts";
import { readSetup, type Setup } from "./read.ts";
import { readCurrent } from "./read_current.ts";
import { readWanted } from "./read_wanted.ts";
import { refuse } from "./refuse.ts";
import { stateOf } from "./state.ts";
import { writeActors } from "./write_actors.ts";
import { writeCalendars } from "./write_calendars.ts";
import { writeNotifications } from "./write_notifications.ts";
import { writePaths } from "./write_paths.ts";
import { writePolicies } from "./write_policies.ts";
import { writeRetention } from "./write_retention.ts";
import { writeRules } from "./write_rules.ts";
import { writeSignIns } from "./write_sign_ins.ts";
import { writeTeams } from "./write_teams.ts";
import { removeTerritories, writeTerritories } from "./write_territories.ts";

/**
 * `changes`: what `plan` would have shown just before; empty when nothing was to change. `warnings`: those of
 * `plan`, with file and line.
 */
export type Applied = { revision: number; changed: boolean; changes: Change[]; warnings: string[] };

/**
 * Makes the database what a folder of YAML says, in one transaction, as the next revision; where it is so already
 * nothing is written. Actors, teams, paths and policies that the folder no longer names are switched off. Throws a
 * SetupError with every problem; then nothing was applied. `now` is for tests; otherwise the database's clock counts.
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
  await client.query("begin");
  try {
    await client.query("select app_private.take_turn('apply')"); // the second of two sees what the first has made
    await refuse(client, setup);
    const wanted = stateOf(await readWanted(client, setup));
    const changes = difference(stateOf(await readCurrent(client)), wanted);
    const warnings = await allWarnings(client, setup);
    const last = await lastRevision(client);
    if (changes.length === 0 && last !== undefined) {
      await client.query("commit");
      return { revision: last, changed: false, changes, warnings };
    }
    const at = await instantOf(client, now);
    const revision = await addRevision(client, setup, appliedBy, at);
    await write(client, setup, revision, at);
    if (changes.some(({ part }) => part === "gate_rules")) await client.query(REVIEW_HELD, [at]);
    const left = difference(stateOf(await readCurrent(client)), wanted);
    if (left.length > 0) {
      throw new Error(
        `Nothing was applied: this would be left as it was.\n${describeChanges(left).join("\n")}`,
      );
    }
    await client.query("commit");
    return { revision, changed: true, changes, warnings };
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

// Whom the gate holds under rules that were changed.
const REVIEW_HELD = `
  select app_private.review_held(array(select leads.id from app_public.leads where leads.held_at is not null), $1)`;

async function write(client: Client, setup: Setup, revision: number, at: Date): Promise<void> {
  const { organization, exceptionPolicies } = setup;
  await writeTerritories(client, organization);
  await writeCalendars(client, organization, at);
  await writeActors(client, organization);
  await writeSignIns(client, organization, at);
  await writeTeams(client, organization);
  await writePaths(client, organization, at);
  await writePolicies(client, organization, exceptionPolicies);
  await writeNotifications(client, organization);
  await writeRetention(client, organization);
  await writeRules(client, organization, revision);
  await removeTerritories(client, organization);
}

async function lastRevision(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    "select id from app_public.revisions where not is_draft order by id desc limit 1",
  );
  return rows[0]?.id;
}

async function instantOf(client: Client, now: Date | undefined): Promise<Date> {
  if (now !== undefined) return now;
  const { rows } = await client.query<{ now: Date }>("select now() as now");
  return rows[0]?.now ?? new Date();
}

async function addRevision(
  client: Client,
  { organization, exceptionPolicies }: Setup,
  appliedBy: string,
  at: Date,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    "insert into app_public.revisions (digest, applied_by, applied_at) values ($1, $2, $3) returning id",
    [digestOf({ organization, exceptionPolicies }), appliedBy, at],
  );
  const [revision] = rows;
  if (revision === undefined) throw new Error("The revision was not written.");
  return revision.id;
}
