import type { Client } from "pg";
import { warningsOfChange } from "./change_warnings.ts";
import type { Setup } from "./read.ts";
import { findStrandedLeads } from "./stranded_leads.ts";
import { warningsOf } from "./warnings.ts";

/** What is applied and yet has no effect, or a great one, and whose leads it takes away; asked before anything is written. */
export async function allWarnings(client: Client, setup: Setup): Promise<string[]> {
  const { organization } = setup;
  const stranded = await findStrandedLeads(client, organization);
  const changed = await warningsOfChange(client, organization);
  return [...warningsOf(organization), ...stranded, ...changed].map(setup.describe);
}
