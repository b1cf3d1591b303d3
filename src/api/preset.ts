import { fileURLToPath } from "node:url";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import type { Pool } from "pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { pgSmartTagsFromFile } from "postgraphile/utils";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { EditLeadPlugin } from "./edit_lead.ts";
import { makeErasurePlugin } from "./erasure.ts";
import { LimitsPlugin } from "./limits.ts";
import { MergedLeadsPlugin } from "./merged_leads.ts";
import { PageSizePlugin } from "./page_size.ts";

/**
 * The schema: what `catchment_user` may see and call of `app_public`, and nothing of any other schema. Writes are
 * the functions there; no create, update or delete is generated.
 * `recordErasures`: see makeErasurePlugin.
 */
export function makeSchemaPreset(pool: Pool, recordErasures: () => Promise<unknown>): GraphileConfig.Preset {
  return {
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
    plugins: [
      TagsPlugin,
      NoAccessorsPlugin,
      makeErasurePlugin(recordErasures),
      PageSizePlugin,
      MergedLeadsPlugin,
      LimitsPlugin,
      EditLeadPlugin,
    ],
    // `condition` says with less what `filter` says; the edge in a payload serves Relay 1;
    // `leadById(id:)` invites to pass a `rowId`, and `node(id:)` does the same.
    disablePlugins: [
      "PgConditionArgumentPlugin",
      "PgConditionCustomFieldsPlugin",
      "PgMutationPayloadEdgePlugin",
      "NodeAccessorPlugin",
    ],
    // Without pubsub nothing listens on a connection of the pool: subscriptions would demand more than `true` here.
    pgServices: [makePgService({ pool, schemas: ["app_public"], pubsub: false })],
    gather: { pgStrictFunctions: true },
    schema: {
      defaultBehavior: "-insert -update -delete",
      dontSwallowErrors: true,
      pgForbidSetofFunctionsToReturnNull: true, // so the rows of a list are never null
      connectionFilterAllowNullInput: true,
      connectionFilterAllowEmptyObjectInput: true,
      connectionFilterComputedColumns: false,
    },
  };
}

const TagsPlugin = pgSmartTagsFromFile(
  fileURLToPath(new URL("./postgraphile.tags.json5", import.meta.url)),
  "CatchmentTagsPlugin",
);

/** The simplifying preset renames what NodeAccessorPlugin would name, and warns when there is nothing to rename. */
const NoAccessorsPlugin: GraphileConfig.Plugin = {
  name: "CatchmentNoAccessorsPlugin",
  version: "1.0.0",
  before: ["PgSimplifyInflectionPlugin"],
  inflection: { add: { nodeById: (_options, typeName) => typeName } },
};
