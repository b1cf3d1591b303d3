import type { PgCodec, PgCodecWithAttributes, PgSelectQueryBuilder } from "postgraphile/@dataplan/pg";
import { TYPES } from "postgraphile/@dataplan/pg";

/**
 * Pages that hold each row once, whatever a list is ordered by. The library takes a column for unique that only begins a
 * unique key, compares the nulls of a cursor the wrong way round, and reads a null number back as 0: pages then miss rows
 * or repeat them. Here a column that may be null is ordered by whether it is, and then by itself: the same order.
 */
export const WholePagesPlugin: GraphileConfig.Plugin = {
  name: "CatchmentWholePagesPlugin",
  version: "1.0.0",
  after: ["PgOrderAllAttributesPlugin"],
  schema: {
    hooks: {
      GraphQLEnumType_values(values, build, { scope }) {
        const { isPgRowSortEnum, pgCodec } = scope;
        if (isPgRowSortEnum !== true || !hasAttributes(pgCodec)) return values;
        const uniques = build.pgTableResource(pgCodec)?.uniques ?? [];
        const { sql, inflection } = build;
        for (const [attributeName, attribute] of Object.entries(pgCodec.attributes)) {
          const isNullable = attribute.notNull !== true && attribute.codec.notNull !== true;
          const isAlone = uniques.some(
            ({ attributes: [first, second] }) => first === attributeName && !second,
          );
          const isHead = uniques.some(({ attributes: [first] }) => first === attributeName);
          if (!isNullable && (isAlone || !isHead)) continue;
          const codec = isNullable ? withNull(attribute.codec) : attribute.codec;
          for (const [variant, direction] of [
            ["asc", "ASC"],
            ["desc", "DESC"],
          ] as const) {
            const value = values[inflection.orderByAttributeEnum({ codec: pgCodec, attributeName, variant })];
            if (value?.extensions?.grafast === undefined) continue;
            value.extensions.grafast.apply = (rows: PgSelectQueryBuilder) => {
              const fragment = sql`${rows.alias}.${sql.identifier(attributeName)}`;
              if (isNullable)
                rows.orderBy({
                  fragment: sql`(${fragment} is null)`,
                  codec: TYPES.boolean,
                  direction,
                  nullable: false,
                });
              rows.orderBy({ fragment, codec, direction, nullable: isNullable });
            };
          }
        }
        return values;
      },
    },
  },
};

function hasAttributes(codec: PgCodec | undefined): codec is PgCodecWithAttributes {
  return codec?.attributes !== undefined;
}

function withNull<Codec extends PgCodec>(codec: Codec): Codec {
  return { ...codec, fromPg: (value: string | null) => (value === null ? null : codec.fromPg(value)) };
}
