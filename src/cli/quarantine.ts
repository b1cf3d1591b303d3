import type { Command } from "commander";
import { count, type FilterOptions, withFilter } from "./filter.ts";

/** `catchment quarantine …`: each command is a file of the folder of this name, read only when it is called. */
export function addQuarantine(program: Command): void {
  const quarantine = program
    .command("quarantine")
    .description("work off what was refused; nothing is deleted");

  withFilter(quarantine.command("list"))
    .description("what was refused, why, and until when somebody should have looked")
    .option("--json", "print an array")
    .action(async (options: FilterOptions & { json?: true }) =>
      (await import("./quarantine/list.ts")).list(options),
    );

  quarantine
    .command("show")
    .argument("<capture>", "id of a capture")
    .description("one of them whole: its bytes, what is wrong, what was put right")
    .option("--json", "print an object")
    .action(async (id: string, options: { json?: true }) =>
      (await import("./quarantine/show.ts")).show(id, options),
    );

  quarantine
    .command("correct")
    .argument("<capture>", "id of a capture")
    .description("put fields right, beside what was sent; release or revalidate then judges it so")
    .option(
      "--set <pointer=value>",
      "such as /email=ana@example.de; JSON where the value reads as JSON",
      collect,
    )
    .option("--remove <pointer>", "as if the field had not been sent", collect)
    .option("--document <json>", "instead of a body that nobody can read")
    .option("--clear", "take earlier corrections back first")
    .option("--json", "print an object")
    .action(async (id: string, options: CorrectOptions) =>
      (await import("./quarantine/correct.ts")).correctOne(id, options),
    );

  withFilter(quarantine.command("revalidate"))
    .argument("[captures...]", "ids")
    .description("tell what would be taken now, and why the rest would not; changes nothing")
    .option(
      "--contract <version>",
      "by this version of the path's contract instead of the one in force",
      count,
    )
    .option("--json", "print an object")
    .action(async (ids: string[], options: FilterOptions & { contract?: number; json?: true }) =>
      (await import("./quarantine/revalidate.ts")).revalidate(ids, options),
    );

  withFilter(quarantine.command("release"))
    .argument("[captures...]", "ids")
    .description("send what is taken now through the stages, with the time it came; the rest stays")
    .option(
      "--contract <version>",
      "by this version of the path's contract instead of the one in force",
      count,
    )
    .option("--all", "every one in quarantine")
    .option("--json", "print an object")
    .action(async (ids: string[], options: FilterOptions & { contract?: number; all?: true; json?: true }) =>
      (await import("./quarantine/release.ts")).release(ids, options),
    );

  withFilter(quarantine.command("discard"))
    .argument("[captures...]", "ids")
    .description("set aside for good what is no lead; release with --kind discarded brings it back")
    .requiredOption("--reason <text>", "why")
    .option("--all", "every one in quarantine")
    .option("--json", "print an object")
    .action(async (ids: string[], options: FilterOptions & { reason: string; all?: true; json?: true }) =>
      (await import("./quarantine/discard.ts")).discard(ids, options),
    );
}

export type CorrectOptions = {
  set?: string[];
  remove?: string[];
  document?: string;
  clear?: true;
  json?: true;
};

function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
