import { readFileSync } from "node:fs";
import { z } from "zod";

/**
 * Describes what neither a comment in SQL nor the tags file describes. A name means the same wherever it stands, so it is
 * said once; where it does not, under its type and name.
 */
export const GlossaryPlugin: GraphileConfig.Plugin = {
  name: "CatchmentGlossaryPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType: describe,
      GraphQLInputObjectType: describe,
      GraphQLEnumType: describe,
      GraphQLObjectType_fields: (fields, _build, { Self }) => describeAll(fields, Self.name),
      GraphQLInputObjectType_fields: (fields, _build, { Self }) => describeAll(fields, Self.name),
    },
  },
};

const Words = z.record(z.string(), z.string());
const { types: TYPES, fields: FIELDS } = z
  .object({ types: Words, fields: Words })
  .parse(JSON.parse(readFileSync(new URL("./glossary.json", import.meta.url), "utf8")));

type Described = { description?: string | null | undefined };

function describe<Type extends Described & { name: string }>(type: Type): Type {
  return { ...type, description: type.description || TYPES[type.name] };
}

function describeAll<Field extends Described>(
  fields: Record<string, Field>,
  type: string,
): Record<string, Field> {
  for (const [name, field] of Object.entries(fields)) {
    field.description ||= FIELDS[`${type}.${name}`] ?? FIELDS[name];
  }
  return fields;
}
