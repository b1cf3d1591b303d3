import type { Client } from "pg";
import { allRows } from "../support/rows.ts";

export type Relation = { name: string; columns: string[] };

/** Relations of a schema of which a role may read something, and what. */
export function readable(db: Client, role: string, schema: string): Promise<Relation[]> {
  return allRows<Relation>(
    db,
    `select pg_class.oid::regclass::text as name, array_agg(quote_ident(attname) order by attnum) as columns
       from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
      where relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition and relnamespace = $2::regnamespace
        and has_column_privilege($1, pg_class.oid, attnum, 'select')
      group by pg_class.oid order by 1`,
    [role, schema],
  );
}

/** All that they hold for whoever `db` is. */
export async function readAll(db: Client, relations: Relation[]): Promise<string> {
  const texts: string[] = [];
  for (const { name, columns } of relations) {
    const rows = await allRows(db, `select ${columns.map((column) => `${column}::text`)} from ${name}`);
    texts.push(JSON.stringify(rows));
  }
  return texts.join("\n");
}
