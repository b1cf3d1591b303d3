import { parse } from "yaml";
import { z } from "zod";

/** As much of dbt's templates as examples/dbt uses. What is left of them is an error: it would not have been run. */
export type Model = { name: string; sql: string };

/** SQL of a model or test. `previous`: what an incremental model finds in its table; none, the first run. */
export function compile(sql: string, models: readonly Model[], previous?: string): string {
  const compiled = sql
    .replace(/\{\{ config\(.*?\) \}\}/g, "")
    .replace(/\{% if is_incremental\(\) %\}(.*?)\{% endif %\}/gs, previous === undefined ? "" : "$1")
    .replaceAll("{{ this }}", `(${previous}) as previous`)
    .replace(/\{\{ source\('bi', '(\w+)'\) \}\}/g, "bi.$1")
    .replace(/\{\{ ref\('(\w+)'\) \}\}/g, (_, name: string) => {
      const model = models.find((one) => one.name === name);
      if (model === undefined) throw new Error(`There is no model ${name}.`);
      return `(${compile(model.sql, models)}) as ${name}`;
    })
    .replace(/\) as (\w+) as (\w+)/g, ") as $2");
  if (/\{\{|\{%/.test(compiled)) throw new Error(`A template that nobody here knows: ${compiled}`);
  return compiled;
}

const GenericTest = z.union([
  z.enum(["unique", "not_null"]),
  z.strictObject({
    accepted_values: z.strictObject({ arguments: z.strictObject({ values: z.array(z.string()) }) }),
  }),
  z.strictObject({
    relationships: z.strictObject({ arguments: z.strictObject({ to: z.string(), field: z.string() }) }),
  }),
]);
export type GenericTest = z.infer<typeof GenericTest>;

const Column = z.strictObject({ name: z.string(), tests: z.array(GenericTest).default([]) });
const Period = z.strictObject({ count: z.int(), period: z.enum(["minute", "hour", "day"]) });
const Table = z.strictObject({
  name: z.string(),
  description: z.string(),
  loaded_at_field: z.string().optional(),
  freshness: z.strictObject({ warn_after: Period, error_after: Period }).optional(),
  columns: z.array(Column).default([]),
});

const Sources = z.strictObject({
  version: z.literal(2),
  sources: z.tuple([
    z.strictObject({
      name: z.literal("bi"),
      description: z.string(),
      schema: z.string(),
      tables: z.array(Table),
    }),
  ]),
});
const Models = z.strictObject({ version: z.literal(2), models: z.array(Table) });
const Exposures = z.strictObject({
  version: z.literal(2),
  exposures: z.array(
    z.looseObject({
      name: z.string(),
      type: z.enum(["dashboard", "notebook", "analysis", "ml", "application"]),
      depends_on: z.array(z.string().regex(/^ref\('\w+'\)$/)),
      owner: z.strictObject({ name: z.string(), email: z.email() }),
    }),
  ),
});

export const readSources = (text: string) => Sources.parse(parse(text)).sources[0].tables;
export const readModels = (text: string) => Models.parse(parse(text)).models;
export const readExposures = (text: string) => Exposures.parse(parse(text)).exposures;

/** What dbt asks for one of its generic tests: rows that fail it. */
export function failuresOf(test: GenericTest, relation: string, column: string): string {
  if (test === "not_null") return `select ${column} from ${relation} where ${column} is null`;
  if (test === "unique") {
    return `select ${column} from ${relation} where ${column} is not null group by 1 having count(*) > 1`;
  }
  if ("accepted_values" in test) {
    const values = test.accepted_values.arguments.values.map((value) => `'${value}'`);
    return `select ${column} from ${relation} where ${column} not in (${values.join(", ")})`;
  }
  const { to, field } = test.relationships.arguments;
  const parent = to.replace(/^source\('bi', '(\w+)'\)$/, "bi.$1");
  return `select child.${column} from (select * from ${relation}) as child
            left join ${parent} as parent on parent.${field} = child.${column}
           where child.${column} is not null and parent.${field} is null`;
}
