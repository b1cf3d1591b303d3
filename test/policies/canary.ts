import { createHash, randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import { allRows } from "../support/rows.ts";
import { type Column, readTables, type Table } from "./canary_tables.ts";

/** Three territories: one, its sibling, and one of the other client. */
export const PLACES = ["de", "fr", "globex-nl"] as const;

type Place = { slug: string; id: number; root_id: number; actor_id: number };
type Row = Record<string, unknown>;

/** Every canary that a text holds, written out or as hexadecimal digits: `de app_public.leads.email`. */
export function canariesIn(text: string): string[] {
  const decoded = text.replaceAll(HEX, (digits) => ` ${Buffer.from(digits, "hex").toString("utf8")} `);
  return [...new Set([...decoded.matchAll(FORM)].map(([, place, column]) => `${place} ${column}`))];
}

/** Whose canaries they are, sorted. */
export function placesIn(text: string): string[] {
  return [...new Set(canariesIn(text).map((canary) => canary.split(" ")[0] ?? ""))].sort();
}

const FORM = /canary=([a-z-]+)=([a-z_.]+)=/g;
const HEX = /(?<=\\+x)(?:[0-9a-f]{2})+/g;

/**
 * A canary in every column of text, json or bytes: three new rows of every table in each of the places, read off the
 * catalog, and whatever text the rows hold that are there already. Of the new rows one says the least, one fills every
 * column, and one points, by every id that no key with a territory holds, at the rows of the next place. Triggers and
 * rules of single columns do not run: a canary has to get where no person could write one.
 */
export async function plantCanaries(db: ClientBase): Promise<Table[]> {
  await db.query("set session_replication_role = replica");
  const tables = await readTables(db);
  for (const { name, checks } of tables)
    for (const check of checks) await db.query(`alter table ${name} drop constraint "${check}"`);
  const places = await allRows<Place>(db, READ_PLACES, [[...PLACES]]);
  const common = new Map<string, Row>();
  for (const { name } of tables.filter(({ reach }) => reach === "nowhere")) {
    const [last] = await allRows<Row>(db, `select * from ${name} order by 1 desc limit 1`);
    if (last !== undefined) common.set(name, last);
  }
  const known = new Map(places.map(({ slug }) => [slug, new Map(common)]));
  for (const shapes of [["least"], ["full", "crossed"]] as const) {
    for (const table of tables.filter(({ reach }) => reach === "place")) {
      for (const [index, place] of places.entries()) {
        const rows = known.get(place.slug) ?? new Map<string, Row>();
        rows.set("app_public.territories", place).set("app_public.actors", { id: place.actor_id });
        const beyond = known.get(PLACES[(index + 1) % PLACES.length] ?? "") ?? rows;
        for (const shape of shapes) {
          const row = await plant(db, table, { place, shape, rows, beyond });
          if (shape === "least" && row !== undefined) rows.set(table.name, row);
        }
      }
    }
  }
  for (const table of tables.filter(
    ({ isFixed, reach, place }) => !isFixed && (place !== null || reach === "nowhere"),
  ))
    await overwrite(db, table);
  for (const statement of SEARCHED) await db.query(statement);
  await db.query("reset session_replication_role");
  return tables;
}

/** What a trigger would have made of the leads' canaries. */
const SEARCHED = [
  "delete from app_private.lead_texts",
  `insert into app_private.lead_texts (lead_id, text)
   select id, app_private.search_text(first_name, last_name, email) from app_public.leads where merged_into_id is null and erased_at is null`,
];

/** The person whose only territory it is stands for the place. */
const READ_PLACES = `
  select territories.slug, territories.id, territories.root_id, min(memberships.actor_id) as actor_id
    from app_public.territories join app_public.memberships on memberships.territory_id = territories.id
   where territories.slug = any ($1) and memberships.role = 'rep' group by territories.id order by array_position($1, territories.slug)`;

type Shape = {
  place: Place;
  shape: "least" | "full" | "crossed";
  rows: Map<string, Row>;
  beyond: Map<string, Row>;
};

async function plant(db: ClientBase, table: Table, shape: Shape): Promise<Row | undefined> {
  const values = new Map<string, unknown>();
  for (const column of table.columns) {
    const value = cellOf(table, column, shape);
    if (value !== undefined) values.set(column.name, value);
  }
  const names = [...values.keys()].map((name) => `"${name}"`);
  const rows = await allRows<Row>(
    db,
    `insert into ${table.name} (${names}) values (${names.map((_, index) => `$${index + 1}`)})
     on conflict do nothing returning *`,
    [...values.values()],
  );
  return rows[0];
}

/** Undefined: the column's default. */
function cellOf(table: Table, column: Column, { place, shape, rows, beyond }: Shape): unknown {
  const { name, kind, target, isTethered, isRequired, hasDefault, allowed } = column;
  if (name === "territory_id") return place.id;
  if (name === "trace_id") return createHash("md5").update(place.slug).digest("hex"); // of all rows of the place
  if (name === "time_zone") return "Europe/Berlin"; // else every view of times fails
  if (name === "boundary_id" || name === "root_id") return place.root_id;
  // Of what has no place of its own the place is what it points at.
  const isPlaced = table.columns.some((one) => /^(territory|boundary)_id$/.test(one.name) && one.isRequired);
  const isCrossed = shape === "crossed" && isPlaced && !isTethered && target !== "app_public.actors";
  if (target !== null) {
    if (target === table.name && shape === "least" && !isRequired) return undefined;
    const value = ((isCrossed ? beyond : rows).get(target) ?? rows.get(target))?.[column.points ?? "id"];
    if (value != null) return kind === "uuids" ? [value] : value;
  }
  if (allowed.length > 0) {
    if (!isRequired && shape === "least") return undefined;
    const value = allowed.at({ least: 0, full: -1, crossed: -2 }[shape]) ?? allowed[0];
    return kind === "texts" ? [value] : value;
  }
  const filled = fill(column, canary(place.slug, table, column, shape));
  const holds = ["text", "texts", "json", "bytes", "path"].includes(kind);
  if (holds) return filled;
  return isRequired && !hasDefault ? filled : shape === "full" && !hasDefault ? filled : undefined;
}

let planted = 0;

/** Unlike any other, so that no unique key minds it. */
function canary(place: string, table: Table, column: Column, shape: string): string {
  planted += 1;
  return `canary=${place}=${table.name}.${column.name}=${shape}${planted}`;
}

function fill({ kind, isList, isKey, first }: Column, text: string): unknown {
  const json = { canary: text, slug: text, name: text, reason: text };
  const values = {
    text,
    texts: [text],
    json: JSON.stringify(isList ? [json] : json),
    bytes: Buffer.from(text),
    path: `$."${text}"`,
    number: isKey ? planted % 30_000 : 1,
    numbers: [1],
    instant: "now",
    uuid: randomUUID(),
    uuids: [randomUUID()],
    other: first,
  };
  return values[kind];
}

/** Rows that the stages made, and those of no place: every text that is no key and no word of a list. */
async function overwrite(db: ClientBase, table: Table): Promise<void> {
  const columns = table.columns.filter(
    ({ kind, isKey, allowed, target, name }) =>
      (kind === "text" || kind === "bytes") &&
      !isKey &&
      allowed.length === 0 &&
      target === null &&
      !WORDS.has(name),
  );
  if (columns.length === 0) return;
  const place = table.place === null ? "'nowhere'" : "place.slug";
  const set = columns.map(({ name, kind }) => {
    const text = `'canary=' || ${place} || '=${table.name}.${name}=' || planted.ctid::text`;
    const value = kind === "bytes" ? `convert_to(${text}, 'UTF8')` : text;
    return `"${name}" = case when planted."${name}" is null then null else ${value} end`;
  });
  const from =
    table.place === null ? "" : `from app_public.territories as place where place.id = ${table.place}`;
  const fresh = columns.map(({ name, kind }) =>
    kind === "bytes" ? "" : `coalesce(planted."${name}", '') like 'canary=%'`,
  );
  const stale = `not (${fresh.filter((text) => text !== "").join(" or ") || "false"})`;
  await db.query(
    `update ${table.name} as planted set ${set} ${from} ${from === "" ? "where" : "and"} ${stale}`,
  );
}

/** What other rows are found by, and what Postgres has to understand. */
export const WORDS = new Set(["slug", "trace_id", "channel", "db_role", "time_zone"]);
