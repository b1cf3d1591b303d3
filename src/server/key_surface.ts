import type { Pool } from "pg";
import { borrow } from "../capture/borrow.ts";

/** A capture path as its holders of a key may know it. */
export type Surface = {
  slug: string;
  name: string;
  protocol: string;
  requiresSignature: boolean;
  requiresKey: boolean;
  maxBodyBytes: number;
  /** JSON Schema of its contract in force. */
  schema: Record<string, unknown>;
};

/** Of the open paths among these. Rejects when the database does not answer within 2 s. */
export async function loadSurfaces(pool: Pool, pathIds: Iterable<number>): Promise<Surface[]> {
  const { rows } = await borrow(pool, 2_000, (client) => client.query<Surface>(SURFACE, [[...pathIds]]));
  return rows;
}

const SURFACE = `select slug, name, protocol, requires_signature as "requiresSignature", requires_key as "requiresKey",
       max_body_bytes as "maxBodyBytes", schema
  from app_private.key_surface($1)`;
