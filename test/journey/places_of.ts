import type { ClientBase } from "pg";
import { allValues } from "../support/rows.ts";

/** Every table of every schema that holds this text anywhere, in any case, bytes included. */
export async function placesOf(db: ClientBase, text: string): Promise<string[]> {
  const tables = await allValues<string>(
    db,
    `select oid::regclass::text as value from pg_class
      where relkind in ('r', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1`,
  );
  const hex = [text, text[0]?.toUpperCase() + text.slice(1), text.toUpperCase()].map((one) =>
    Buffer.from(one).toString("hex"),
  );
  const found: string[] = [];
  for (const table of tables) {
    const rows = await allValues<string>(
      db,
      `select rows::text as value from ${table} as rows where rows::text ~* $1 or rows::text ~ $2`,
      [text, hex.join("|")],
    );
    found.push(...rows.map((row) => `${table}: ${row}`));
  }
  return found;
}
