import type { Command } from "commander";

/** `catchment audit …`: whether what was written down is what was written down. */
export function addAudit(program: Command): void {
  const audit = program
    .command("audit")
    .description("prove that the audit was not changed, and drop old months of it");

  audit
    .command("verify")
    .description("walk the chain of the audit and name every change; exit code 1 when there is any")
    .option("--checkpoint <file>", "signed heads of the chain (default: CATCHMENT_AUDIT_CHECKPOINTS)")
    .option("--copied-at <instant>", "of a copied file: what was sealed later is not in it")
    .option("--without-checkpoint", "the chain alone: its end cut off, or all of it made anew, is not seen")
    .option(
      "--public-key <file>",
      "PEM of the signing key, where the key itself is not (`audit public-key` prints it)",
    )
    .option("--json", "print an object")
    .action(async (options) => (await import("./audit/verify.ts")).verify(options));

  audit
    .command("public-key")
    .description("print the public key of the checkpoints as PEM, for who verifies elsewhere")
    .action(async () => (await import("./audit/public_key.ts")).publicKey());

  audit
    .command("drop")
    .argument(
      "<month>",
      "such as 2025-01; it is over, and every entry of it is sealed before a signed checkpoint",
    )
    .description("drop a month of audit entries once its blocks are proved and signed; the chain stays whole")
    .option("--json", "print an object")
    .action(async (month, options) => (await import("./audit/drop.ts")).drop(month, options));
}
