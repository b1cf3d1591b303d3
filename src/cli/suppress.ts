import { type Command, Option } from "commander";

/** `catchment suppress …`: what they do is read only when one is called. */
export function addSuppress(program: Command): void {
  const suppress = program
    .command("suppress")
    .description(
      "who is not to be contacted: e-mail addresses, telephone numbers and company domains of a client",
    );
  const reason = () => new Option("--reason <reason>", "why").choices(REASONS);

  suppress
    .command("add")
    .argument("<territory>", "slug of any territory of the client, such as global")
    .argument(
      "[keys...]",
      "such as a@b.example, +4930123456 or b.example (default: one a line of standard input)",
    )
    .description("put keys on the list; whom they concern is stopped at once")
    .addOption(reason().makeOptionMandatory())
    .option("--until <date>", "such as 2027-01-31 (default: for good)")
    .option("--json", "print an object")
    .action(async (territory, keys, options) =>
      (await import("./suppress/run.ts")).add(territory, keys, options),
    );

  suppress
    .command("import")
    .argument("<territory>", "slug of any territory of the client, such as global")
    .argument("<file>", "one key a line; of a CSV the first column. - is standard input")
    .description("put the keys of a file on the list; a second time adds nothing")
    .addOption(reason().makeOptionMandatory())
    .option("--until <date>", "such as 2027-01-31 (default: for good)")
    .option("--json", "print an object")
    .action(async (territory, file, options) =>
      (await import("./suppress/run.ts")).addFile(territory, file, options),
    );

  suppress
    .command("remove")
    .argument("<territory>", "slug of any territory of the client, such as global")
    .argument("[keys...]", "such as a@b.example (default: one a line of standard input)")
    .description("take keys off the list; whom nothing else holds is routed at once")
    .addOption(reason())
    .option("--json", "print an object")
    .action(async (territory, keys, options) =>
      (await import("./suppress/run.ts")).remove(territory, keys, options),
    );

  suppress
    .command("list")
    .argument("<territory>", "slug of any territory of the client, such as global")
    .argument("[keys...]", "only these; what is kept of a key does not tell it")
    .description("what is on the list, the newest first")
    .option("--json", "print an array")
    .action(async (territory, keys, options) =>
      (await import("./suppress/run.ts")).list(territory, keys, options),
    );
}

const REASONS = ["asked_not_to_be_contacted", "bounced", "complained", "legal", "erased"];
