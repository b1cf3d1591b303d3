import { type Command, Option } from "commander";
import { instant } from "./filter.ts";
import type { EvaluateOptions } from "./scoring/evaluate.ts";
import type { TrainOptions } from "./scoring/train.ts";

/** `catchment scoring …`: each command is a file of the folder of this name, read only when it is called. */
export function addScoring(program: Command): void {
  const scoring = program
    .command("scoring")
    .description("the chance that a lead is won, learned from leads that were won and lost");
  const boundary = () =>
    new Option(
      "--boundary <territory>",
      "slug of any territory of the client (default: the only client there is)",
    );

  scoring
    .command("train")
    .description("learn from first touches of won and lost leads, and foretell by it from now on")
    .addOption(boundary())
    .option("--dry-run", "show what was learned, and change nothing")
    .option("--json", "print an object")
    .action(async (options: TrainOptions) => (await import("./scoring/train.ts")).trainScoring(options));

  scoring
    .command("evaluate")
    .description(
      "learn from the leads of an earlier period, foretell those of a later one, and tell how well",
    )
    .addOption(boundary())
    .option(
      "--split <time>",
      "where the later period begins, as 2026-08-01 (default: three tenths of the leads come after it)",
      instant,
    )
    .option("--json", "print an object")
    .addHelpText("after", MEANING)
    .action(async (options: EvaluateOptions) =>
      (await import("./scoring/evaluate.ts")).evaluateScoring(options),
    );

  scoring
    .command("models")
    .description("list what was learned, the newest first, and what foretells")
    .addOption(boundary())
    .option("--json", "print an array")
    .action(async (options) => (await import("./scoring/versions.ts")).listVersions(options));

  scoring
    .command("use")
    .argument("<version>", "a number of `scoring models`, or none")
    .description("let another version foretell, or none")
    .addOption(boundary())
    .action(async (version, options) => (await import("./scoring/versions.ts")).useVersion(version, options));
}

const MEANING = `
What the numbers mean:
  model        the chance that was learned from leads that had ended before the split
  rules        the points of the rules in force for the same first touches, brought to a chance by the same leads
  constant     the share of them that was won, for everybody
  auc          how often a lead that was won stood above one that was lost; 0.5 is chance, 1 is perfect
  brier        mean squared error of the chance; 0 is perfect. Compare it with that of the constant
  tenths       leads from the least likely to the likeliest: what was foretold of them, and what came`;
