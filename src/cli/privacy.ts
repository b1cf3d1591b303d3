import type { Command } from "commander";
import { addSuppress } from "./suppress.ts";

/** `catchment suppress …`, `erase` and `retention`: what is done with persons, not with leads. */
export function addPrivacy(program: Command): void {
  addSuppress(program);

  program
    .command("erase")
    .argument("[lead]", "id of a lead; what was merged into one with it goes too")
    .description("forget a person for good: what is personal goes everywhere, counts and channels stay")
    .option("--captures <id...>", "arrivals that hang on no lead, of somebody who never became one")
    .option("--reapply", "after a restore: do again what the ledger says; a second time does nothing")
    .option("--ledger <file...>", "with --reapply, ledgers of several hosts (default: this one's)")
    .option("--json", "print an object")
    .action(async (lead, options) => (await import("./erase.ts")).erase(lead, options));

  program
    .command("retention")
    .description("forget what the rules of retention do not keep any longer; the worker does so every day")
    .option("--dry-run", "only tell what would go, by rule; changes nothing")
    .option("--json", "print an object; with --dry-run it lists every id")
    .action(async (options) => (await import("./retention.ts")).retention(options));
}
