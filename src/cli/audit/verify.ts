import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Checkpoints, readCheckpoints } from "../../audit/checkpoints.ts";
import { type Fault, fault } from "../../audit/fault.ts";
import { auditKeys } from "../../audit/keys.ts";
import { unsignedFaults } from "../../audit/unsigned.ts";
import { type Verification, verifyAudit } from "../../audit/verify.ts";
import type { Config } from "../../config.ts";
import { ensureKey } from "../../postgres/key.ts";
import { withClient } from "../../postgres/pools.ts";
import { configure } from "../configuration.ts";
import { EXIT, misused, refused } from "../outcome.ts";
import { note, say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { withWorkerPool } from "../worker_pool.ts";

export type VerifyOptions = {
  checkpoint?: string;
  withoutCheckpoint?: true;
  publicKey?: string;
  copiedAt?: string;
  json?: true;
};

export async function verify(options: VerifyOptions): Promise<void> {
  if (options.withoutCheckpoint && options.checkpoint !== undefined) {
    throw misused("--checkpoint and --without-checkpoint exclude each other.");
  }
  const copiedAt = instantOf(options.copiedAt);
  const config = configure();
  const file = options.checkpoint ?? config.auditCheckpoints;
  const checkpoints = options.withoutCheckpoint
    ? null
    : await readCheckpoints(file, await keyOf(config, options.publicKey));
  if (checkpoints === null && options.checkpoint !== undefined)
    throw refused(`${file} is not there: nothing was verified.`);
  for (const line of checkpoints?.unreadable ?? []) note(`${file}: line ${line} is no checkpoint`);
  const found = await verifyDatabase(checkpoints, copiedAt);
  const faults = [
    ...found.faults,
    ...unsignedFaults(found),
    ...(options.withoutCheckpoint ? [] : missing(found, file)),
  ];
  if (faults.length > 0) process.exitCode = EXIT.failed;
  if (options.json) return sayJson({ ok: faults.length === 0, ...found, faults });
  for (const one of faults.slice(0, SHOWN)) say(describe(one));
  if (faults.length > SHOWN) say(`and ${faults.length - SHOWN} more (--json lists them all)`);
  say(summary(found, faults.length));
}

export async function verifyDatabase(
  checkpoints: Checkpoints | null,
  copiedAt?: Date,
): Promise<Verification> {
  return withWorkerPool("audit", (pool) =>
    withClient(pool, async (client) => {
      await client.query("begin isolation level repeatable read read only");
      const progress = makeProgress(1);
      try {
        return await verifyAudit(client, {
          checkpoints,
          ...(copiedAt && { copiedAt }),
          onProgress: (done, of) => progress.update(done / Math.max(1, of), `${done} of ${of} entries`),
        });
      } finally {
        progress.stop();
        await client.query("rollback");
      }
    }),
  );
}

function instantOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()))
    throw misused(`${text} is no instant: write it like 2026-11-22T08:00:00Z.`);
  return instant;
}

async function keyOf(config: Config, pem: string | undefined): Promise<KeyObject> {
  if (pem === undefined) return auditKeys(config.auditKey ?? (await ensureKey(config))).publicKey;
  const text = await readFile(pem, "utf8").catch(() => {
    throw misused(`${pem} cannot be read.`);
  });
  try {
    return createPublicKey(text);
  } catch {
    throw misused(`${pem} is no public key.`);
  }
}

/** Somebody who cut the chain would take the checkpoints with it. */
function missing({ blocks, anchoredTo, faults }: Verification, file: string): Fault[] {
  if (blocks === 0 || anchoredTo !== null || faults.some(({ kind }) => kind === "checkpoint forged"))
    return [];
  const advice = "a cut or rewritten chain is not seen; --without-checkpoint accepts that";
  return [fault("no checkpoint", {}, `${file} signs no block of this chain: ${advice}`)];
}

function describe({ kind, block, entry, detail }: Fault): string {
  const place = [block === null ? "" : `block ${block}`, entry === null ? "" : `entry ${entry}`].filter(
    Boolean,
  );
  return `${kind}: ${[...place, detail].join(", ")}`;
}

function summary({ blocks, entries, unsealed, anchoredTo }: Verification, faults: number): string {
  const anchor = anchoredTo === null ? "without a checkpoint" : `signed up to block ${anchoredTo}`;
  const state = faults === 0 ? "The audit is what was sealed" : `${faults} faults`;
  return `${state}: ${entries} entries in ${blocks} blocks, ${anchor}; ${unsealed} not sealed yet.`;
}

const SHOWN = 100;
