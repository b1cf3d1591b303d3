import { makeSchema } from "postgraphile";
import { lexicographicSortSchema, printSchema } from "postgraphile/graphql";
import { makePool } from "../postgres/pools.ts";
import { makeSchemaPreset } from "./preset.ts";

/** The schema in its own language, sorted: the same for the same database, whatever order the catalog answers in. */
export async function exportSdl(apiUrl: string): Promise<string> {
  const pool = makePool(apiUrl, { max: 1, applicationName: "catchment schema export" });
  try {
    const { schema } = await makeSchema(makeSchemaPreset(pool, async () => {}));
    return `${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await pool.end();
  }
}
