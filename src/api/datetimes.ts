import { GraphQLError, Kind } from "postgraphile/graphql";

/**
 * PostgreSQL takes more for an instant than anybody who asks here means: `infinity`, which nothing can read back, years before
 * Christ, `epoch`, `tomorrow`. A Datetime is a date and a time as ISO 8601 writes them.
 */
export const DatetimesPlugin: GraphileConfig.Plugin = {
  name: "CatchmentDatetimesPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLScalarType: {
        callback: (config) =>
          config.name !== "Datetime"
            ? config
            : {
                ...config,
                description:
                  "An instant as ISO 8601 writes it, such as `2026-07-01T12:00:00Z`; without an offset it is UTC.",
                parseValue: (value) => instant(value),
                parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : undefined),
              },
      },
    },
  },
};

const INSTANT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)?)?$/i;

function instant(value: unknown): string {
  if (typeof value === "string" && INSTANT.test(value)) return value;
  throw new GraphQLError("A Datetime is written as in 2026-07-01T12:00:00Z.", {
    extensions: { code: "BAD_INPUT" },
  });
}
