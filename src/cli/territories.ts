import type { Command } from "commander";

/** `catchment accounts …` and `catchment realign …`: what they do is read only when one is called. */
export function addTerritories(program: Command): void {
  const accounts = program.command("accounts").description("companies that somebody looks after");

  accounts
    .command("import")
    .argument(
      "<file>",
      "CSV or NDJSON with territory, domain and, if known, name, owner, status; - is standard input",
    )
    .description("make accounts, or change what the file says of them; a second time it changes nothing")
    .option("--encoding <name>", "such as windows-1252 (default: utf-8, or UTF-16 by its byte order mark)")
    .option("--json", "print an object")
    .action(async (file, options) => (await import("./accounts/import.ts")).importAccounts(file, options));

  const realign = program
    .command("realign")
    .description(
      "move leads to where the rules of the applied revision put them: previewed first, all at once",
    );

  realign
    .command("preview")
    .argument("<root>", "slug of the territory that is the leads' identity boundary, such as global")
    .description("tell which open leads would move, and whose owners could not go along; changes nothing")
    .option("--closed", "closed leads as well")
    .option("--json", "print every lead")
    .action(async (root, options) => (await import("./realign/run.ts")).preview(root, options));

  realign
    .command("schedule")
    .argument("<root>", "slug of the identity boundary")
    .description("write down what preview tells, to be done at an instant")
    .option("--at <time>", "ISO 8601 with its offset, such as 2027-01-01T00:00:00+01:00 (default: at once)")
    .option("--closed", "closed leads as well")
    .option("--json", "print an object")
    .action(async (root, options) => (await import("./realign/run.ts")).schedule(root, options));

  realign
    .command("exempt")
    .argument("<lead...>", "ids of leads that shall stay where they are")
    .description("take leads out of a realignment that has not happened yet")
    .option("--undo", "let them move after all")
    .action(async (leads, options) => (await import("./realign/run.ts")).exempt(leads, options));

  realign
    .command("list")
    .description("list realignments, the last ten first")
    .option("--json", "print an array")
    .action(async (options) => (await import("./realign/run.ts")).list(options));

  realign
    .command("cancel")
    .argument("<root>", "slug of the identity boundary")
    .description("call off what was scheduled there")
    .action(async (root) => (await import("./realign/run.ts")).cancel(root));
}
