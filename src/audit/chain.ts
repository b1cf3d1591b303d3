import type { ClientBase } from "pg";
import { type Block, blockOfHash } from "./blocks.ts";
import { type Fault, fault } from "./fault.ts";

/** Hashes that were signed, by the number of their block. */
export type Signed = ReadonlyMap<number, ReadonlySet<string>>;

export function isIntact(block: Block): boolean {
  return block.hash === block.computedHash && block.entryHashes.length === block.entryIds.length;
}

/** Whether a block is itself, follows the one before, and is the one that was signed. */
export async function linkFaults(
  client: ClientBase,
  block: Block,
  previous: Block | null,
  signed: Signed,
): Promise<Fault[]> {
  const { number } = block;
  const next = (previous?.number ?? 0) + 1;
  const faults: Fault[] = [];
  if (number > next) {
    const which = number - next === 1 ? `block ${next} is` : `blocks ${next} to ${number - 1} are`;
    faults.push(fault("block missing", { block: next }, `${which} not there`));
  }
  const follows = block.previousHash === (previous?.hash ?? NO_HASH);
  if (!isIntact(block)) {
    const before = follows || number > next ? null : await blockOfHash(client, block.previousHash);
    faults.push(
      before === null
        ? fault("block changed", { block: number }, "its content does not come to its hash")
        : fault(
            "blocks reordered",
            { block: number },
            `it was sealed behind the block that now has number ${before}`,
          ),
    );
  } else if (!follows && number === next) {
    const detail = `it does not follow block ${number - 1}: that one was changed and its hash made anew`;
    faults.push(fault("chain broken", { block: number }, detail));
  }
  const hashes = signed.get(number);
  if (hashes !== undefined && !hashes.has(block.hash)) {
    faults.push(
      fault("chain rewritten", { block: number }, "a checkpoint signed another block of this number"),
    );
  } else if (hashes !== undefined && hashes.size > 1) {
    faults.push(
      fault("chain rewritten", { block: number }, "checkpoints signed several blocks of this number"),
    );
  }
  return faults;
}

/** What was signed and lies behind the end. */
export function tailFaults(signed: Signed, last: number): Fault[] {
  const newest = Math.max(0, ...signed.keys());
  if (newest <= last) return [];
  return [
    fault(
      "chain cut",
      { block: last + 1 },
      `a checkpoint signed block ${newest}, and the chain ends at ${last}`,
    ),
  ];
}

const NO_HASH = "0".repeat(64);
