import type { ClientBase } from "pg";

/** The password of `bi_de`, the BI login of the sample organization. */
export const BI_PASSWORD = "the password of bi_de, known to everybody";

/** The id of an actor of the sample organization. */
export async function actorId(db: ClientBase, slug: string): Promise<number> {
  return idOf(db, "actors", slug);
}

export async function territoryId(db: ClientBase, slug: string): Promise<number> {
  return idOf(db, "territories", slug);
}

async function idOf(db: ClientBase, table: "actors" | "territories", slug: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(`select id from app_public.${table} where slug = $1`, [
    slug,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error(`The sample organization has no ${slug} among its ${table}.`);
  return row.id;
}
