import { GraphQLError, Kind, type ValueNode } from "postgraphile/graphql";

/**
 * PostgreSQL takes more for an instant than anybody who asks here means: `infinity`, which nothing can read back, years before
 * Christ, `epoch`, `tomorrow`. A Datetime is a date and a time as ISO 8601 writes them. For a time of day it also takes
 * `now`, and an offset, which it drops without a word.
 */
export const DatetimesPlugin: GraphileConfig.Plugin = {
  name: "CatchmentDatetimesPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLScalarType: {
        callback: (config) => {
          const form = FORMS[config.name];
          if (form === undefined) return config;
          const read = (value: unknown) => written(value, form);
          return {
            ...config,
            description: form.description,
            parseValue: read,
            parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : undefined),
          };
        },
      },
    },
  },
};

type Form = { pattern: RegExp; description: string; refusal: string };

const FORMS: Record<string, Form> = {
  Datetime: {
    pattern: /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)?)?$/i,
    description:
      "An instant as ISO 8601 writes it, such as `2026-07-01T12:00:00Z`; without an offset it is UTC.",
    refusal: "A Datetime is written as in 2026-07-01T12:00:00Z.",
  },
  Time: {
    pattern: /^\d{2}:\d{2}(:\d{2})?$/,
    description: "A time of day, such as `22:00`, where whoever it concerns is: it has no offset.",
    refusal: "A Time is written as in 22:00.",
  },
};

function written(value: unknown, { pattern, refusal }: Form): string {
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new GraphQLError(refusal, { extensions: { code: "BAD_INPUT" } });
}
