import { type Client, escapeIdentifier } from "pg";
import { errorCode, withConnection } from "../../postgres/connect.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { conditionOf } from "./condition.ts";
import type { Filter } from "./filter.ts";
import type { Column, RowFormat } from "./row_format.ts";

/** Who reads: a person by the API's login, or a BI login by its own (`actor` is null then). */
export type Reader = { url: string; actor: string | null };

export type ExportRequest = { schema: "app_public" | "bi"; table: string; filters: Filter[] };

/**
 * Reads a list in the order of its first column, some rows at a time and all of one instant, and hands the text of each
 * piece to `write`. Answers how many rows there were. Only columns that the reader may read, in the table's order.
 */
export function readList(
  reader: Reader,
  request: ExportRequest,
  format: RowFormat,
  write: (text: string) => Promise<void>,
): Promise<number> {
  return withConnection(reader.url, async (client) => {
    await client.query("begin isolation level repeatable read read only");
    await become(client, reader);
    const columns = await readColumns(client, request);
    await declare(client, request, columns, format);
    await write(format.header(columns));
    for (let count = 0; ; ) {
      const { rows } = await client.query<(string | null)[]>({
        text: `fetch ${PIECE} from list`,
        rowMode: "array",
      });
      if (rows.length === 0) return count;
      count += rows.length;
      await write(rows.map((cells) => format.row(cells, columns)).join(""));
    }
  });
}

const PIECE = 1_000;

/** As the API does for a request: the setting counts on its login alone, and the role sees through the policies. */
async function become(client: Client, { actor }: Reader): Promise<void> {
  await client.query("set local time zone 'UTC'");
  if (actor === null) return;
  await client.query(
    "select set_config('catchment.actor', app_hidden.actor_id_of($1)::text, true), set_config('role', 'catchment_user', true)",
    [actor],
  );
}

async function readColumns(client: Client, { schema, table }: ExportRequest): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select pg_attribute.attname as name, format_type(pg_attribute.atttypid, null) as type
       from pg_catalog.pg_class
       join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
       join pg_catalog.pg_attribute on pg_attribute.attrelid = pg_class.oid
      where pg_namespace.nspname = $1 and pg_class.relname = $2 and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
        and has_column_privilege(pg_class.oid, pg_attribute.attnum, 'select')
      order by pg_attribute.attnum`,
    [schema, table],
  );
  if (rows.length > 0) return rows;
  throw new CommandError(EXIT.failed, `There is no list ${schema}.${table} that this actor may read.`);
}

async function declare(
  client: Client,
  { schema, table, filters }: ExportRequest,
  columns: Column[],
  format: RowFormat,
): Promise<void> {
  const names = columns.map(({ name }) => escapeIdentifier(name));
  const conditions: string[] = [];
  for (const filter of filters)
    conditions.push(await conditionOf(client, { schema, table, columns }, filter));
  const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
  const order = columns.some(({ name }) => name === "id") ? "id" : names[0];
  const list = `select ${names.join(", ")} from ${schema}.${escapeIdentifier(table)} ${where} order by ${order}`;
  await client
    .query(
      `declare list no scroll cursor for select ${format.cells(columns).join(", ")} from (${list}) as listed`,
    )
    .catch((error: unknown) => {
      // A value that its column cannot hold; the server's own words may repeat it, which is the caller's.
      if (/^22/.test(errorCode(error)))
        throw misused("A value of --filter is none that its column could have.");
      throw error;
    });
}
