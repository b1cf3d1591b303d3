import { type FieldPlanResolver, SafeError, sideEffect } from "postgraphile/grafast";

/**
 * `eraseLead` answers when the erasure stands in the ledger, not when it has committed. Where that fails the person is
 * forgotten already, and the worker writes it into the ledger as soon as it can; asking again answers then.
 */
export function makeErasurePlugin(recordErasures: () => Promise<unknown>): GraphileConfig.Plugin {
  return {
    name: "CatchmentErasurePlugin",
    version: "1.0.0",
    schema: {
      hooks: {
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { plan } = field;
          if (!scope.isRootMutation || scope.fieldName !== "eraseLead" || plan === undefined) return field;
          const recorded: FieldPlanResolver = ($parent, args, info) => {
            const $payload = plan($parent, args, info);
            sideEffect($payload, async () => {
              await recordErasures().catch(() => {
                throw new SafeError(NOT_RECORDED, { code: "UNAVAILABLE" });
              });
            });
            return $payload;
          };
          return { ...field, plan: recorded };
        },
      },
    },
  };
}

const NOT_RECORDED =
  "The person is erased, but not yet in the ledger that outlives a restore. It will be tried again; ask again to see it done.";
