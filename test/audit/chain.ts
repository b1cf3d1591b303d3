import type { Client, ClientBase } from "pg";
import type { Checkpoints } from "../../src/audit/checkpoints.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import type { TestDatabase } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";

/** Writes so many entries, a transaction each, and answers their ids in order. */
export async function writeEntries(client: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push(
      await oneValue<string>(
        client,
        `insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
         values (1, 'things', $1, 'update', 1, 'somebody', 'a-trace', '{"status": ["new", "done"]}') returning id as value`,
        [String(at)],
      ),
    );
  }
  return ids;
}

/** Seals all there is in blocks of this size. */
export async function sealAll(client: ClientBase, size = 5): Promise<void> {
  while ((await oneValue<number>(client, "select app_private.seal_audit($1) as value", [size])) > 0);
}

/** The head of a chain that holds some blocks, the last of them of the entries that are answered. */
export async function makeChain(database: TestDatabase): Promise<{ ids: string[]; signed: Checkpoints }> {
  return withConnection(database.urls.superuser, async (client) => {
    await sealAll(client, 1_000);
    const ids = await writeEntries(client, 20);
    await sealAll(client);
    return { ids, signed: await signedHead(client) };
  });
}

/** As if a checkpoint had been written now. */
export async function signedHead(client: ClientBase): Promise<Checkpoints> {
  const statements = await allRows<{ block: number; hash: string }>(
    client,
    "select number::int as block, encode(hash, 'hex') as hash from app_private.audit_blocks order by number desc limit 1",
  );
  return {
    statements: statements.map((head) => ({ kind: "head", ...head, at: new Date().toISOString() })),
    unreadable: [],
    forged: [],
  };
}

/** What somebody may do who owns the server. */
export async function tamper(db: ClientBase, text: string, values: unknown[] = []): Promise<void> {
  await db.query("alter table app_private.audit_entries disable trigger user");
  await db.query("alter table app_private.audit_blocks disable trigger user");
  const { rowCount } = await db.query(text, values);
  if (rowCount === 0) throw new Error(`Nothing was tampered with: ${text}`);
}

/** Kinds of fault with the entry or the block that they name. */
export async function faultsOf(db: ClientBase, checkpoints: Checkpoints | null): Promise<string[]> {
  const { faults } = await verifyAudit(db, { checkpoints });
  return faults.map(({ kind, block, entry }) =>
    [kind, entry ?? block].filter((word) => word !== null).join(" "),
  );
}
