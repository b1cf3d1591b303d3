import type { ClientBase } from "pg";
import { CommandError, EXIT, misused } from "../outcome.ts";

export type Boundary = { id: number; slug: string };

/** The identity boundary that a territory lies in; without a territory the only one that there is. */
export async function findBoundary(
  client: Pick<ClientBase, "query">,
  territory: string | undefined,
): Promise<Boundary> {
  const { rows } = await client.query<Boundary>(
    `select distinct boundaries.id, boundaries.slug
       from app_public.territories
       join app_public.territories as boundaries on boundaries.id = territories.boundary_id
      where $1::text is null or territories.slug = $1
      order by 2`,
    [territory ?? null],
  );
  const [found] = rows;
  if (found === undefined)
    throw new CommandError(
      EXIT.failed,
      `There is no territory${territory === undefined ? "" : ` "${territory}"`}.`,
    );
  if (rows.length > 1) {
    const slugs = rows.map(({ slug }) => slug).join(", ");
    throw misused(`Say whose people with --boundary. There are ${slugs}.`);
  }
  return found;
}
