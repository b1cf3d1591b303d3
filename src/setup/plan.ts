import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { allWarnings } from "./all_warnings.ts";
import { type Change, difference } from "./difference.ts";
import { readSetup, type Setup } from "./read.ts";
import { readCurrent } from "./read_current.ts";
import { readWanted } from "./read_wanted.ts";
import { refuse } from "./refuse.ts";
import { stateOf } from "./state.ts";

export type Plan = {
  changes: Change[];
  /** What is applied and yet has no effect, or a great one, and whose leads it takes away, with file and line. */
  warnings: string[];
  /** Of all contracts; each did what it should, else there is no plan. */
  examples: { accepted: number; refused: number };
};

/**
 * What `apply` would change, without changing or locking anything. Throws a SetupError with every problem for which
 * `apply` would refuse the folder, contracts that fail their own examples included.
 */
export async function planFolder(
  workerUrl: string,
  folder: string,
  { now }: { now?: Date } = {},
): Promise<Plan> {
  const setup = await readSetup(folder, now);
  const { changes, warnings } = await withConnection(workerUrl, async (client) => ({
    changes: await planSetup(client, setup),
    warnings: await allWarnings(client, setup),
  }));
  const examples = setup.organization.capture_paths.map(({ contract }) => contract.examples);
  return {
    changes,
    warnings,
    examples: {
      accepted: examples.reduce((sum, { accept }) => sum + accept.length, 0),
      refused: examples.reduce((sum, { refuse: refused }) => sum + refused.length, 0),
    },
  };
}

/** The same of a setup that was read already, on a connection that is not in a transaction. All from one moment. */
export async function planSetup(client: Client, setup: Setup): Promise<Change[]> {
  await client.query("begin isolation level repeatable read, read only");
  try {
    await refuse(client, setup);
    const wanted = stateOf(await readWanted(client, setup));
    return difference(stateOf(await readCurrent(client)), wanted);
  } finally {
    await client.query("rollback"); // there is nothing to keep
  }
}
