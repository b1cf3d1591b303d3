import type { ClientBase } from "pg";
import { asWorker, newTraceId } from "./arrivals.ts";
import { allValues } from "./rows.ts";

/** Pending arrivals of these bodies, under these keys. */
export async function stageBodies(
  db: ClientBase,
  path: string,
  bodies: readonly (object | string)[],
  keys: readonly string[] = [],
): Promise<string[]> {
  return asWorker(db, () =>
    allValues(
      db,
      `select staged.capture_id as value
         from app_private.stage_captures(
           array_fill((select id from app_public.capture_paths where slug = $1), array[cardinality($2::text[])]),
           $3, array(select convert_to(body, 'UTF8') from unnest($2::text[]) as body),
           array_fill('application/json'::text, array[cardinality($2::text[])]), $4,
           array_fill(false, array[cardinality($2::text[])])) as staged
        order by staged.ordinal`,
      [
        path,
        bodies.map((body) => (typeof body === "string" ? body : JSON.stringify(body))),
        bodies.map((_, position) => keys[position] ?? null),
        bodies.map(() => newTraceId()),
      ],
    ),
  );
}

/** Arrivals that wait for their vendor since now, through `web-form` made to speak like `protocol`. */
export async function waitForVendor(
  db: ClientBase,
  bodies: readonly object[],
  { protocol = "meta", path = "web-form" } = {},
): Promise<string[]> {
  await speak(db, path, protocol);
  const ids = await stageBodies(db, path, bodies);
  const settled = ids.map((id) => ({ id, settle: { as: "thin" } }));
  await asWorker(db, () =>
    db.query("select app_private.settle_captures($1, now())", [JSON.stringify(settled)]),
  );
  return ids;
}

/** From here on the path is spoken to in another protocol. */
export async function speak(db: ClientBase, path: string, protocol: string): Promise<void> {
  await db.query("update app_public.capture_paths set protocol = $1 where slug = $2", [protocol, path]);
}

/** What Meta tells of a new lead. */
export function metaLead(id: string) {
  return {
    object: "page",
    entry: [{ changes: [{ field: "leadgen", value: { leadgen_id: id, form_id: "1" } }] }],
  };
}
