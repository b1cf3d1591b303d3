import { PgSelectStep } from "postgraphile/@dataplan/pg";
import { ConnectionStep } from "postgraphile/grafast";

/**
 * Lists of leads leave out those that were merged into another: they stand for nobody any more. By id each is found, with
 * `mergedInto`, and a survivor names them in `merges`.
 */
export const MergedLeadsPlugin: GraphileConfig.Plugin = {
  name: "CatchmentMergedLeadsPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, { sql }, { scope }) {
        const { plan } = field;
        const { isPgFieldConnection, pgFieldResource } = scope;
        if (isPgFieldConnection !== true || pgFieldResource?.name !== "leads" || plan === undefined)
          return field;
        return {
          ...field,
          plan($parent, args, info) {
            const $connection = plan($parent, args, info);
            const $leads = $connection instanceof ConnectionStep ? $connection.getSubplan() : null;
            if ($leads instanceof PgSelectStep) $leads.where(sql`${$leads.alias}.merged_into_id is null`);
            return $connection;
          },
        };
      },
    },
  },
};
