import { getOperationAST } from "postgraphile/graphql";
import type { Allowance } from "./allowance.ts";
import { costOf } from "./limits.ts";

/** Charges every operation to whoever asked it; the door has taken one already. */
export function makeMeterPlugin(
  allowance: Allowance,
  whoseOf: (context: Partial<Grafast.RequestContext>) => string | undefined,
): GraphileConfig.Plugin {
  return {
    name: "CatchmentMeterPlugin",
    version: "1.0.0",
    grafast: {
      middleware: {
        prepareArgs(next, { args: { document, operationName, requestContext, variableValues } }) {
          const operation = getOperationAST(document, operationName);
          const whose = requestContext && whoseOf(requestContext);
          if (operation && whose !== undefined)
            allowance.charge(whose, costOf(document, operation, variableValues ?? {}) - 1);
          return next();
        },
      },
    },
  };
}
