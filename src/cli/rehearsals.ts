import type { Command } from "commander";
import { count, withFilter } from "./filter.ts";

/** `catchment rehearse` and `catchment replay`: what they do is read only when one is called. */
export function addRehearsals(program: Command): void {
  withFilter(program.command("rehearse"))
    .description(
      "tell what would become of past captures under another contract or other rules; changes nothing",
    )
    .option("--captures <id...>", "these captures")
    .option("--leads", "past leads instead: whose would they be, as if they came for the first time")
    .option("--territory <slug>", "leads in this territory or below")
    .option(
      "--contract <version>",
      "judge by this version of their path's contract (default: the active one)",
      count,
    )
    .option(
      "--revision <number>",
      "route by the rules of this revision, a draft or not (default: the one in force)",
      count,
    )
    .option("--folder <folder>", "judge by the contracts of these YAML files")
    .option("--json", "print an object")
    .action(async (options) => (await import("./rehearse.ts")).rehearseCaptures(options));

  withFilter(program.command("replay"))
    .description(
      "do what rehearse tells, as far as it takes nothing away from anybody; a second time does nothing",
    )
    .option("--captures <id...>", "these captures")
    .option(
      "--contract <version>",
      "judge by this version of their path's contract (default: the active one)",
      count,
    )
    .option("--all", "every capture, when no filter is given")
    .option("--json", "print an object")
    .action(async (options) => (await import("./replay.ts")).replay(options));
}
