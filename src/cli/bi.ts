import type { Command } from "commander";

/** `catchment bi …`: what they do is read only when one is called. */
export function addBi(program: Command): void {
  const bi = program.command("bi").description("database logins of BI tools: made, listed, revoked");

  bi.command("grant")
    .argument("<name>", "of the login, such as finance_de: small letters, digits, underscores")
    .option("--territory <slug...>", "whose rows it reads, with everything below; more for one that is there")
    .option("--audit", "let it read the audit trail there too; without --territory, of all that it reads")
    .option(
      "--new-password",
      "of a login that is there: print another; the old one ends, its sessions do not",
    )
    .description("make a login that reads the views of bi, and print its connection string, this once")
    .option("--json", "print an object")
    .action(async (name, options) => (await import("./bi/run.ts")).grant(name, options));

  bi.command("list")
    .description("list the logins with what they read; nobody can show a password again")
    .option("--json", "print an array")
    .action(async (options) => (await import("./bi/run.ts")).list(options));

  bi.command("revoke")
    .argument("<name>", "of a login that bi grant made")
    .description("take away what it reads, end its sessions and drop it")
    .option("--json", "print an object")
    .action(async (name, options) => (await import("./bi/run.ts")).revoke(name, options));
}
