import { createHash } from "node:crypto";
import { withConnection } from "../../src/postgres/connect.ts";
import type { TestDatabase } from "../support/database.ts";
import { oneRow } from "../support/rows.ts";

export type Made = { key: string; prefix: string; hash: Buffer };

type Wishes = {
  actor?: string;
  operations?: string[];
  lifetime?: string | null;
  rate?: number;
  burst?: number;
};

/** A key of `partner`, committed. */
export async function makeKey(database: Pick<TestDatabase, "urls">, wishes: Wishes = {}): Promise<Made> {
  const { actor = "partner", operations = ["capture", "read"], lifetime = null, rate, burst } = wishes;
  const { key, prefix } = await withConnection(database.urls.worker, (worker) =>
    oneRow<{ key: string; prefix: string }>(
      worker,
      `select made.key, made.prefix from app_private.create_api_key(
         (select id from app_public.actors where slug = $1), $2, $3::interval, $4, $5, now()) as made`,
      [actor, operations, lifetime, rate ?? null, burst ?? null],
    ),
  );
  return {
    key,
    prefix,
    hash: createHash("sha256")
      .update(key.split("_")[2] ?? "")
      .digest(),
  };
}

export async function revokeAll(database: Pick<TestDatabase, "urls">): Promise<void> {
  await withConnection(database.urls.worker, (worker) =>
    worker.query("select app_private.revoke_api_key(api_keys.id, now()) from app_private.api_keys"),
  );
}
