import type { ClientBase } from "pg";
import { allRows, allValues } from "../support/rows.ts";

export type Column = {
  name: string;
  kind:
    | "text"
    | "texts"
    | "json"
    | "bytes"
    | "path"
    | "number"
    | "numbers"
    | "instant"
    | "uuid"
    | "uuids"
    | "other";
  /** The table that it points at, by a key or by its name. */
  target: string | null;
  /** The column there; null: `id`. */
  points: string | null;
  /** Its key holds the territory too, or it is a part of the row's own identity. */
  isTethered: boolean;
  isRequired: boolean;
  hasDefault: boolean;
  /** Part of a primary or unique key. */
  isKey: boolean;
  /** The words that a check allows; none: any. */
  allowed: string[];
  /** Of json: the default or a row is an array. */
  isList: boolean;
  /** Of other types: a value. */
  first: string;
};

export type Table = {
  name: string;
  columns: Column[];
  /** Checks that are no list of words. */
  checks: string[];
  /** `place`: its rows belong to a territory, by a column or through what they point at. */
  reach: "place" | "nowhere";
  /** The territory of a row, as SQL over `planted`; null: no column tells. */
  place: string | null;
  /** Its rows are never changed, whatever the session says. */
  isFixed: boolean;
};

/** Every table of the house as the catalog has it, those that others point at first. */
export async function readTables(db: ClientBase): Promise<Table[]> {
  const columns = await allRows<ColumnRow>(db, COLUMNS);
  const fixed = await allValues<string>(db, FIXED);
  const checks = await allRows<{ table: string; name: string }>(db, CHECKS);
  const names = [...new Set(columns.map(({ table }) => table))];
  const lists = new Set<string>();
  for (const { table, name, type, default: value } of columns.filter(({ type }) => type === "jsonb")) {
    const [row] = await allRows<{ kind: string }>(
      db,
      `select jsonb_typeof("${name}") as kind from ${table} where "${name}" is not null limit 1`,
    );
    if (type === "jsonb" && (row?.kind ?? (value?.startsWith("'[") ? "array" : "")) === "array")
      lists.add(`${table}.${name}`);
  }
  const tables = names.map((name): Table => {
    const own = columns.filter(({ table, generated }) => table === name && !generated);
    return {
      name,
      columns: own.map((column) => describe(column, names, lists.has(`${name}.${column.name}`))),
      checks: checks.filter(({ table }) => table === name).map((check) => check.name),
      reach: "nowhere",
      place: placeOf(name, own),
      isFixed: fixed.includes(name),
    };
  });
  return inOrder(tables);
}

function placeOf(table: string, columns: ColumnRow[]): string | null {
  if (table === "app_public.territories") return "planted.id";
  // Whoever is somewhere alone; the others are known wherever they reach.
  if (table === "app_public.actors") return ONLY_PLACE;
  return columns.some(({ name }) => name === "territory_id") ? "planted.territory_id" : null;
}

const ONLY_PLACE = `(select min(memberships.territory_id) from app_public.memberships
                      where memberships.actor_id = planted.id and memberships.role = 'rep')`;

function describe(column: ColumnRow, tables: string[], isList: boolean): Column {
  const { name, type, target, points, keyed, required, default: value, key, allowed, first } = column;
  const kind = KINDS[type] ?? "other";
  const isId = /_ids?$/.test(name) && (type === "uuid" || type === "integer" || type === "uuid[]");
  return {
    name,
    kind,
    target: target ?? (isId ? guess(name, tables) : null),
    points,
    isTethered: keyed,
    isRequired: required,
    hasDefault: value !== null,
    isKey: key,
    allowed: allowed ?? [],
    isList,
    first: first ?? OTHERS[type] ?? "1",
  };
}

/** `origin_lead_id` is of a lead and `path_id` of a capture path, whether a key says so or not. */
function guess(column: string, tables: string[]): string | null {
  const thing = column.replace(/_ids?$/, "");
  if (/(^|_)(by|owner|approver|recipient|manager)$/.test(thing)) return "app_public.actors";
  const singular = (table: string) => (table.split(".")[1] ?? "").replace(/ies$/, "y").replace(/s$/, "");
  const found =
    tables.find((table) => thing === singular(table) || thing.endsWith(`_${singular(table)}`)) ??
    tables.find((table) => singular(table).endsWith(`_${thing}`));
  return found ?? null;
}

/** Whoever has to be pointed at comes first. */
function inOrder(tables: Table[]): Table[] {
  const ordered: Table[] = [];
  const seen = new Set(ROOTS);
  const visit = (table: Table) => {
    if (seen.has(table.name)) return;
    seen.add(table.name);
    const needed = table.columns.filter(({ isRequired }) => isRequired).map(({ target }) => target);
    for (const target of tables.filter(({ name }) => needed.includes(name))) visit(target);
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  const placed = new Set(ROOTS);
  for (let before = 0; before !== placed.size; ) {
    before = placed.size;
    for (const { name, columns } of ordered) {
      const isPlaced = columns.some((column) => /^(territory|boundary)_id$/.test(column.name));
      if (isPlaced || columns.some(({ target }) => target !== null && placed.has(target))) placed.add(name);
    }
  }
  for (const table of ordered) table.reach = placed.has(table.name) ? "place" : "nowhere";
  return [...ordered, ...tables.filter(({ name }) => ROOTS.has(name))];
}

const ROOTS = new Set(["app_public.territories", "app_public.actors"]);

const KINDS: Record<string, Column["kind"]> = {
  text: "text",
  "text[]": "texts",
  jsonb: "json",
  bytea: "bytes",
  jsonpath: "path",
  integer: "number",
  bigint: "number",
  smallint: "number",
  real: "number",
  "double precision": "number",
  numeric: "number",
  "real[]": "numbers",
  "integer[]": "numbers",
  "bigint[]": "numbers",
  "timestamp with time zone": "instant",
  uuid: "uuid",
  "uuid[]": "uuids",
};

const OTHERS: Record<string, string> = {
  boolean: "false",
  date: "2026-01-01",
  "time without time zone": "08:00",
  "bytea[]": "{}",
};

type ColumnRow = {
  table: string;
  name: string;
  type: string;
  required: boolean;
  default: string | null;
  generated: boolean;
  key: boolean;
  target: string | null;
  points: string | null;
  keyed: boolean;
  allowed: string[] | null;
  first: string | null;
};

const TABLES = `
  select pg_class.oid, pg_class.oid::regclass::text as name from pg_class
   where pg_class.relkind in ('r', 'p') and not pg_class.relispartition
     and pg_class.relnamespace::regnamespace::text in ('app_public', 'app_private')`;

/** A check of one column against words. */
const WORD_LIST = `^CHECK [(][(]"?[a-z_]+"? = (ANY [(]ARRAY|''.*'')`;

const COLUMNS = `
  with tables as (${TABLES})
  select tables.name as table, pg_attribute.attname as name, format_type(pg_attribute.atttypid, null) as type,
         pg_attribute.attnotnull as required, pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid) as default,
         pg_attribute.attgenerated <> '' or pg_attribute.attidentity <> '' as generated,
         exists (select from pg_index where pg_index.indrelid = tables.oid and pg_index.indisunique
                    and pg_attribute.attnum = any (pg_index.indkey)) as key,
         foreign_key.target, foreign_key.points, coalesce(foreign_key.keyed, false) as keyed,
         (select array_agg(word[1]) from pg_constraint, regexp_matches(pg_get_constraintdef(pg_constraint.oid), '''([^'']*)''::text', 'g') as word
           where pg_constraint.conrelid = tables.oid and pg_constraint.contype = 'c' and pg_constraint.conkey = array[pg_attribute.attnum]
             and pg_get_constraintdef(pg_constraint.oid) ~ '${WORD_LIST}') as allowed,
         (select min(pg_enum.enumlabel) from pg_enum where pg_enum.enumtypid = pg_attribute.atttypid) as first
    from tables
    join pg_attribute on pg_attribute.attrelid = tables.oid and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
    left join pg_attrdef on pg_attrdef.adrelid = tables.oid and pg_attrdef.adnum = pg_attribute.attnum
    left join lateral (
      select pg_constraint.confrelid::regclass::text as target, there.attname as points, cardinality(pg_constraint.conkey) > 1 as keyed
        from pg_constraint, unnest(pg_constraint.conkey, pg_constraint.confkey) as pair (here, there)
        join pg_attribute as there on there.attnum = pair.there
       where pg_constraint.conrelid = tables.oid and pg_constraint.contype = 'f' and pair.here = pg_attribute.attnum
         and there.attrelid = pg_constraint.confrelid and pg_constraint.conparentid = 0
       order by cardinality(pg_constraint.conkey) desc limit 1) as foreign_key on true
   order by tables.name, pg_attribute.attnum`;

const CHECKS = `
  with tables as (${TABLES})
  select tables.name as table, pg_constraint.conname as name from tables
    join pg_constraint on pg_constraint.conrelid = tables.oid and pg_constraint.contype = 'c'
   where not (cardinality(pg_constraint.conkey) = 1 and pg_get_constraintdef(pg_constraint.oid) ~ '${WORD_LIST}')`;

const FIXED =
  "select distinct tgrelid::regclass::text as value from pg_trigger where tgenabled = 'A' and tgfoid = 'app_private.refuse_change'::regproc";
