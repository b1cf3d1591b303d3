import { fileURLToPath } from "node:url";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import type { Pool } from "pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { pgSmartTagsFromFile } from "postgraphile/utils";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { AggregatesPreset } from "./aggregates.ts";
import { DatetimesPlugin } from "./datetimes.ts";
import { EditLeadPlugin } from "./edit_lead.ts";
import { makeErasurePlugin } from "./erasure.ts";
import { GlossaryPlugin } from "./glossary.ts";
import { LeadPagePlugin } from "./lead_page.ts";
import { LimitsPlugin } from "./limits.ts";
import { LivePlugin } from "./live/fields.ts";
import { MergedLeadsPlugin } from "./merged_leads.ts";
import { PageSizePlugin } from "./page_size.ts";
import { QuickBehaviorPlugin } from "./quick_behavior.ts";
import { makeWithPgClient } from "./scoped_client.ts";
import { WholePagesPlugin } from "./whole_pages.ts";

/**
 * The schema: what `catchment_user` may see and call of `app_public`, and nothing of any other schema. Writes are
 * the functions there; no create, update or delete is generated.
 * `recordErasures`: see makeErasurePlugin. `isPooled`: see makeWithPgClient.
 */
export function makeSchemaPreset(
  pool: Pool,
  recordErasures: () => Promise<unknown>,
  { isPooled = false }: { isPooled?: boolean } = {},
): GraphileConfig.Preset {
  // Without pubsub nothing listens on a connection of the pool: subscriptions have a listener of their own (live/).
  const service = makePgService({ pool, schemas: ["app_public"], pubsub: false });
  const createWithPgClient = () => makeWithPgClient(pool, { isPooled });
  return {
    extends: [
      PostGraphileAmberPreset,
      PgSimplifyInflectionPreset,
      PostGraphileConnectionFilterPreset,
      AggregatesPreset,
    ],
    plugins: [
      QuickBehaviorPlugin,
      TagsPlugin,
      NoAccessorsPlugin,
      GlossaryPlugin,
      DatetimesPlugin,
      makeErasurePlugin(recordErasures),
      PageSizePlugin,
      WholePagesPlugin,
      MergedLeadsPlugin,
      LeadPagePlugin,
      LimitsPlugin,
      EditLeadPlugin,
      LivePlugin,
    ],
    // `condition` says with less what `filter` says; the edge in a payload serves Relay 1;
    // `leadById(id:)` invites to pass a `rowId`, and `node(id:)` does the same.
    disablePlugins: [
      "PgConditionArgumentPlugin",
      "PgConditionCustomFieldsPlugin",
      "PgMutationPayloadEdgePlugin",
      "NodeAccessorPlugin",
    ],
    pgServices: [{ ...service, adaptor: { ...service.adaptor, createWithPgClient } }],
    gather: { pgStrictFunctions: true },
    schema: {
      defaultBehavior: "-insert -update -delete -aggregates -groupedAggregates",
      dontSwallowErrors: true,
      muteWarnings: true, // of NodePlugin: outside of production it prints each id of nothing that a client sends
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
