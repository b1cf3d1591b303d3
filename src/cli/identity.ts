import { type Command, Option } from "commander";
import { count } from "./filter.ts";
import type { EvaluateOptions } from "./identity/evaluate.ts";
import type { TrainOptions } from "./identity/train.ts";

/** `catchment identity …`: each command is a file of the folder of this name, read only when it is called. */
export function addIdentity(program: Command): void {
  const identity = program
    .command("identity")
    .description("how arrivals are recognized as the same person, and how well");

  identity
    .command("evaluate")
    .argument("<files...>", "CSV with a header row; one after the other, as if they had arrived so")
    .description("resolve people that are known in a scratch database, and count what was found and missed")
    .requiredOption("--mapping <file>", "YAML: normalized field, then its column or a list of columns")
    .requiredOption("--truth <column>", "which person a row is; empty: somebody who stands in no other row")
    .option("--truth-pattern <regex>", "what of that column counts: its first group, as 'rec-(\\d+)-'")
    .option("--batch <number>", "arrivals taken at once; 1 is one by one", "500")
    .addOption(
      new Option("--model <name>", "trained on these rows, without being told who is whom, or shipped")
        .choices(["trained", "shipped"])
        .default("trained"),
    )
    .option("--country <code>", "of telephone numbers in national form, as DE")
    .option("--encoding <name>", "such as windows-1252 (default: utf-8, or UTF-16 by its byte order mark)")
    .option("--errors <file>", "write the pairs that were missed or wrongly joined, as CSV")
    .option("--json", "print an object")
    .addHelpText("after", MEANING)
    .action(async (files: string[], options: EvaluateOptions) =>
      (await import("./identity/evaluate.ts")).evaluate(files, options),
    );

  const boundary = () =>
    new Option(
      "--boundary <territory>",
      "slug of any territory of the client (default: the only client there is)",
    );

  identity
    .command("train")
    .description(
      "learn from arrivals what agreement is worth among their people, and decide by it from now on",
    )
    .addOption(boundary())
    .option("--sample <number>", "learn from at most so many, the newest", count, 200_000)
    .option("--terms-only", "only count which values are frequent; the model stays")
    .option("--dry-run", "show what was learned, and change nothing")
    .option("--force", "also from fewer than 1,000 arrivals")
    .option("--json", "print an object")
    .action(async (options: TrainOptions) => (await import("./identity/train.ts")).trainIdentity(options));

  identity
    .command("index")
    .description(
      "make leads findable by likeness that came before this was possible; a second time does nothing",
    )
    .option("--json", "print an object")
    .action(async (options) => (await import("./identity/index_leads.ts")).indexIdentity(options));

  identity
    .command("models")
    .description("list what was learned, the newest first, and what decides")
    .addOption(boundary())
    .option("--json", "print an array")
    .action(async (options) => (await import("./identity/versions.ts")).listVersions(options));

  identity
    .command("use")
    .argument("<version>", "a number of `identity models`, or shipped")
    .description("let another version decide what arrives from now on")
    .addOption(boundary())
    .action(async (version, options) =>
      (await import("./identity/versions.ts")).useVersion(version, options),
    );
}

const MEANING = `
What the numbers mean:
  truePairs    pairs of rows that are one person by the truth
  foundPairs   pairs of rows that ended in the same lead, without a person's help
  precision    share of foundPairs that are true; recall: share of truePairs that were found; f1: of both
  clusterF1    the same for whole people: one counts when its lead holds all of its rows and no other.
               Whoever stands in one row only is a person like any other
  doubtful     cases that were left to people (possible_duplicate)
  seconds      from storing the first arrival until the last is resolved`;
