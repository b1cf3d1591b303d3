import type { Client } from "pg";
import { findMovedBoundaries } from "./boundaries.ts";
import { findBadConditions } from "./conditions.ts";
import { SetupError } from "./problem.ts";
import type { Setup } from "./read.ts";
import { refuseRemovals } from "./removals.ts";

/** What only the database can tell is wrong with a folder: throws a SetupError with every problem of that kind. */
export async function refuse(client: Client, { folder, organization, describe }: Setup): Promise<void> {
  const findings = [
    ...(await findBadConditions(client, organization)),
    ...(await refuseRemovals(client, organization)),
    ...(await findMovedBoundaries(client, organization)),
  ];
  if (findings.length > 0) throw new SetupError(folder, findings.map(describe));
}
