import type { Client } from "pg";
import { withConnection } from "../../src/postgres/connect.ts";
import { allRows } from "../support/rows.ts";
import { plantCanaries } from "./canary.ts";
import { test as base } from "./served.ts";

/** `planted`: the tables, with a canary in each. */
export const test = base.extend("planted", { scope: "file", auto: true }, async ({ land }) =>
  withConnection(land.urls.superuser, async (root) => {
    const tables = await plantCanaries(root);
    await root.query(MENDED);
    return tables;
  }),
);

/** Of what was planted, what no reader survives: a clock that runs since never, and a channel longer than PostgreSQL takes. */
const MENDED = `
  update app_public.clocks set segment_started_at = started_at where stopped_at is null and segment_started_at is null;
  update app_private.live_territories set channel = left(channel, 55) || territory_id where length(channel) > 60`;

export type Person = { slug: string; kind: string; reach: string[] };

/**
 * Everybody of the sample organization, and the territories that their memberships reach, read off the tree: not by any
 * function or table of the walls.
 */
export function everybody(db: Client): Promise<Person[]> {
  return allRows<Person>(
    db,
    `with recursive reached (actor_id, territory_id, slug) as (
       select memberships.actor_id, territories.id, territories.slug
         from app_public.memberships join app_public.territories on territories.id = memberships.territory_id
        union
       select reached.actor_id, territories.id, territories.slug
         from reached join app_public.territories on territories.parent_id = reached.territory_id
     )
     select actors.slug, actors.kind, array_agg(reached.slug order by reached.slug) as reach
       from app_public.actors join reached on reached.actor_id = actors.id
      group by actors.id order by actors.slug`,
  );
}

/** Canaries of territories that somebody does not reach. */
export function outside(canaries: string[], reach: string[]): string[] {
  return canaries.filter((canary) => !reach.includes(canary.split(" ")[0] ?? "")).sort();
}
