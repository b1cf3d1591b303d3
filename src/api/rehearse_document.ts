import type { PoolClient } from "pg";
import { makeSchema } from "postgraphile";
import { makeWithPgClientViaPgClientAlreadyInTransaction } from "postgraphile/adaptors/pg";
import { execute, hookArgs } from "postgraphile/grafast";
import { type DocumentNode, GraphQLError, parse, validate } from "postgraphile/graphql";
import { makePool, withClient } from "../postgres/pools.ts";
import type { Identity } from "./authenticate.ts";
import { makeMaskError } from "./mask_error.ts";
import { makeSchemaPreset } from "./preset.ts";
import { settingsOf } from "./settings.ts";

export type Rehearsed = { data: unknown; errors: readonly GraphQLError[] };

/**
 * Answers a document as the API would answer that actor, mutations too, in one transaction that is rolled back: nothing
 * of it stays, and no erasure goes into the ledger. The limits on size, which protect a server, do not hold here.
 * `log` is told what the API's log would hold of an error.
 */
export async function rehearseDocument(
  apiUrl: string,
  who: Identity,
  source: string,
  log: (line: string) => void,
): Promise<Rehearsed> {
  const pool = makePool(apiUrl, { max: 2, applicationName: "catchment as", log });
  try {
    const { schema, resolvedPreset } = await makeSchema(makeSchemaPreset(pool, async () => {}));
    const document = readDocument(source);
    if (document instanceof GraphQLError) return refused([document]);
    const faults = [...validate(schema, document), ...subscriptions(document)];
    if (faults.length > 0) return refused(faults);
    return await withClient(pool, async (client) => {
      await client.query("begin");
      try {
        const contextValue = {};
        const args = await hookArgs({ schema, document, resolvedPreset, contextValue, requestContext: {} });
        Object.assign(contextValue, contextOf(client, who));
        const result = await execute(args);
        if (!("data" in result)) throw new Error("The answer comes in pieces.");
        await client.query("set constraints all immediate"); // what a commit would refuse
        return { data: result.data, errors: (result.errors ?? []).map(makeMaskError(log)) };
      } finally {
        await client.query("rollback");
      }
    });
  } finally {
    await pool.end();
  }
}

/** Every statement of the document goes through the one connection, whose transaction is open already. */
function contextOf(client: PoolClient, who: Identity) {
  const withPgClient = makeWithPgClientViaPgClientAlreadyInTransaction(client, true);
  return { pgSettings: settingsOf(who), withPgClient, live: null };
}

function readDocument(source: string): DocumentNode | GraphQLError {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function subscriptions({ definitions }: DocumentNode): GraphQLError[] {
  return definitions
    .filter((one) => one.kind === "OperationDefinition" && one.operation === "subscription")
    .map((nodes) => new GraphQLError("A subscription does not end, so it is not tried here.", { nodes }));
}

function refused(errors: readonly GraphQLError[]): Rehearsed {
  return { data: null, errors };
}
