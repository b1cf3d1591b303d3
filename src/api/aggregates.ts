import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import {
  type PgSelectQueryBuilder,
  PgSelectSingleStep,
  PgSelectStep,
  TYPES,
} from "postgraphile/@dataplan/pg";
import { constant, type FieldPlanResolver, SafeError, sideEffect } from "postgraphile/grafast";
import { GROUPED_FIELD, MAX_GROUPS } from "./page_size.ts";

declare global {
  namespace GraphileBuild {
    interface BehaviorStrings {
      "resource:groupedAggregates:having": true; // the plugin that would declare it is off
    }
  }
}

/** By what the rows of an object are counted, and by nothing else. Objects that are not named here are not counted. */
const GROUPS: Record<string, Record<string, { column: string; is: string }>> = {
  leads: {
    STATUS: { column: "status", is: "The status." },
    TERRITORY: { column: "territory_id", is: "`rowId` of the territory." },
    OWNER: { column: "owner_id", is: "`rowId` of the owner; null: nobody." },
    SOURCE: { column: "source", is: "The source of the first touch." },
    DAY: { column: "first_seen_at", is: "Day of `firstSeenAt`, by UTC." },
  },
  captures: {
    STATUS: { column: "status", is: "The status." },
    OUTCOME: { column: "outcome", is: "The outcome; null: none yet." },
    TERRITORY: { column: "territory_id", is: "`rowId` of the territory." },
    DAY: { column: "received_at", is: "Day of `receivedAt`, by UTC." },
  },
  exceptions: {
    KIND: { column: "kind", is: "The kind." },
    TEAM: { column: "owner_team_id", is: "`rowId` of the team that has it." },
    TERRITORY: { column: "territory_id", is: "`rowId` of the territory." },
    DAY: { column: "opened_at", is: "Day of `openedAt`, by UTC." },
  },
};

/** Of the package only what groups: sums, orders and filters over relations would each ask the database once a row. */
export const AggregatesPreset: GraphileConfig.Preset = {
  extends: [PgAggregatesPreset],
  plugins: [makeAggregatesPlugin()],
  disablePlugins: [
    "PgAggregatesSmartTagsPlugin",
    "PgAggregatesAddGroupByAggregateEnumValuesForAttributesPlugin",
    "PgAggregatesAddHavingAggregateTypesPlugin",
    "PgAggregatesAddConnectionAggregatesPlugin",
    "PgAggregatesOrderByAggregatesPlugin",
    "PgAggregatesFilterRelationalAggregatesPlugin",
  ],
};

/** Counts in groups, of what the connection holds: behind the same wall and filter, without merged leads. */
function makeAggregatesPlugin(): GraphileConfig.Plugin {
  return {
    name: "CatchmentAggregatesPlugin",
    version: "1.0.0",
    after: ["PgAggregatesSpecsPlugin", "PgAggregatesAddAggregateTypesPlugin", "CatchmentMergedLeadsPlugin"],
    schema: {
      behaviorRegistry: {
        add: { "resource:groupedAggregates:having": { description: "Off.", entities: ["pgResource"] } },
      },
      hooks: {
        build(build) {
          build.pgAggregateSpecs = []; // every group says its count, see below, and nothing else
          return build;
        },
        GraphQLEnumType_values(values, build, { scope }) {
          if (scope.isPgAggregateGroupEnum !== true) return values;
          return build.extend(values, groupsOf(scope.pgTypeResource?.name, build.sql), "Groups to count by");
        },
        GraphQLObjectType_fields(fields, build, { scope, fieldWithHooks }) {
          if (scope.isPgAggregateContainerType !== true) return fields;
          const count = fieldWithHooks({ fieldName: "count" }, () => ({
            description: "How many rows have these keys.",
            type: new build.graphql.GraphQLNonNull(build.graphql.GraphQLInt),
            plan($group) {
              if (!($group instanceof PgSelectSingleStep)) throw new Error("A group is a row.");
              return $group.select(build.sql`count(*)`, TYPES.int, false);
            },
          }));
          return build.extend(fields, { count }, "The count of a group");
        },
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { plan } = field;
          if (scope.fieldName !== GROUPED_FIELD || plan === undefined) return field;
          return { ...field, plan: bounded(plan) };
        },
      },
    },
  };
}

function groupsOf(table: string | undefined, sql: GraphileBuild.Build["sql"]) {
  return Object.fromEntries(
    Object.entries(GROUPS[table ?? ""] ?? {}).map(([name, { column, is }]) => {
      const apply = (query: PgSelectQueryBuilder) => {
        const value = sql`${query.alias}.${sql.identifier(column)}`;
        const day = sql`(${value} at time zone 'UTC')::date::text`;
        query.groupBy({ fragment: name === "DAY" ? day : value, codec: TYPES.text });
      };
      return [name, { description: is, extensions: { grafast: { apply } } }];
    }),
  );
}

/**
 * One group too many is refused, not left out: part of a sum misleads. So is a key twice: each group would repeat it, and
 * thousands of them would fill the memory.
 */
function bounded(plan: FieldPlanResolver): FieldPlanResolver {
  return ($connection, args, info) => {
    sideEffect(args.getRaw("groupBy"), (groupBy: unknown) => {
      if (Array.isArray(groupBy) && new Set(groupBy).size < groupBy.length)
        throw new SafeError("It is grouped by the same twice. Name each once.", { code: "BAD_INPUT" });
    });
    const $groups = plan($connection, args, info);
    if (!($groups instanceof PgSelectStep)) throw new Error("Groups are rows.");
    $groups.setFirst(constant(MAX_GROUPS + 1));
    sideEffect($groups.items(), (groups) => {
      if (groups.length > MAX_GROUPS) {
        throw new SafeError(`More than ${MAX_GROUPS} groups: filter, or group by less.`, {
          code: "TOO_LARGE",
        });
      }
    });
    return $groups;
  };
}
